/* how_to_verify.c - the text of HOW-TO-VERIFY.txt, in four languages; its commands are the same in each, and are tried by a test. */
#include "triage/report/bag_inside.h"

#include <stddef.h>

/* --- the commands; tests/test_bag.c carries them out as they stand here --- */

#define COMMANDS_SEAL \
	"    sha256sum tagmanifest-sha256.txt\n"

#define COMMANDS_FILES \
	"    sha256sum -c tagmanifest-sha256.txt\n" \
	"    sha256sum -c manifest-sha256.txt\n"

#define COMMANDS_COUNT \
	"    find data -type f | wc -l ; wc -l < manifest-sha256.txt\n"

#define COMMANDS_CUSTODY \
	"    LC_ALL=C; export LC_ALL; n=0\n" \
	"    last=0000000000000000000000000000000000000000000000000000000000000000\n" \
	"    cat data/custody.jsonl custody/*.json 2>/dev/null | while IFS= read -r line; do\n" \
	"      n=$((n + 1))\n" \
	"      end='\"previous_hash\":\"\\([0-9a-f]*\\)\",\"seq\":'$n',\"time\":\"[^\"]*\"}$'\n" \
	"      body=$(printf '%s\\n' \"$line\" | sed 's/\"hash\":\"[0-9a-f]*\",\\('\"$end\"'\\)/\\1/')\n" \
	"      hash=$(printf '%s\\n' \"$line\" | sed -n 's/.*\"hash\":\"\\([0-9a-f]*\\)\",'\"$end\"'/\\1/p')\n" \
	"      before=$(printf '%s\\n' \"$line\" | sed -n 's/.*'\"$end\"'/\\1/p')\n" \
	"      real=$(printf '%s' \"$body\" | sha256sum | cut -c 1-64)\n" \
	"      if [ \"$real\" = \"$hash\" ] && [ \"$before\" = \"$last\" ]; then echo \"$n OK\"; else echo \"$n FAILED\"; fi\n" \
	"      last=$hash\n" \
	"    done\n" \
	"    grep -L \"$(sha256sum tagmanifest-sha256.txt | cut -c 1-64)\" custody/*.json 2>/dev/null\n"

#define COMMANDS_SIGNATURE \
	"    openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s \\\n" \
	"      -content tagmanifest-sha256.txt -CAfile CA.pem -purpose any -out /dev/null\n"

#define COMMANDS_LATER \
	"    for f in custody/*.json.p7s; do openssl cms -verify -binary -inform DER -in \"$f\" \\\n" \
	"      -content \"${f%.p7s}\" -CAfile CA.pem -purpose any -out /dev/null; done\n"

#define COMMANDS_STAMP \
	"    for f in tagmanifest-sha256.txt*.tsr; do openssl ts -verify -data \"${f%.tsr}\" -in \"$f\" -CAfile CA.pem; done\n"

#define COMMANDS_OPENSSL \
	"    openssl dgst -sha256 -r data/case.db\n"

static const char dutch[] =
    "NEDERLANDS\n"
    "----------\n"
    "Deze map is een verzegeld dossier (BagIt 1.0, RFC 8493). Wie ze ontvangt, kan zonder het\n"
    "programma waarmee ze gemaakt is nagaan of er sindsdien niets is veranderd. Open een terminal\n"
    "in deze map en voer de opdrachten uit.\n\n"
    "1. Het zegel: één getal staat voor het hele dossier. Vergelijk de uitkomst met het zegel dat bij\n"
    "   het verzegelen op het scherm stond en op het overdrachtsformulier is genoteerd. Is het een\n"
    "   ander getal, dan is dit niet het dossier dat toen werd verzegeld.\n\n"
    COMMANDS_SEAL "\n"
    "2. De bestanden: achter elke naam moet OK (of \"GELUKT\") staan.\n\n"
    COMMANDS_FILES "\n"
    "3. Niets toegevoegd: de twee getallen moeten gelijk zijn.\n\n"
    COMMANDS_COUNT "\n"
    "4. De bewaringsketen: elke regel van data/custody.jsonl bevat de SHA-256 van de vorige; wat na het\n"
    "   verzegelen is gebeurd (map custody: overdrachten, handtekening, tijdstempel) zet die keten voort.\n"
    "   Achter elk nummer moet OK staan, en daarna mag er niets meer verschijnen.\n\n"
    COMMANDS_CUSTODY "\n"
    "5. De handtekening, alleen als tagmanifest-sha256.txt.p7s aanwezig is. CA.pem is het certificaat\n"
    "   van de uitgever die u vertrouwt.\n\n"
    COMMANDS_SIGNATURE "\n"
    "   Ondertekende overdrachten, alleen als er in de map custody bestanden op .p7s eindigen:\n\n"
    COMMANDS_LATER "\n"
    "6. De tijdstempel (RFC 3161), alleen als er een bestand op .tsr eindigt. CA.pem is hier het\n"
    "   certificaat van de uitgever van de tijdstempeldienst.\n\n"
    COMMANDS_STAMP "\n"
    "Zonder sha256sum kan het bestand per bestand met openssl; vergelijk met manifest-sha256.txt:\n\n"
    COMMANDS_OPENSSL "\n\n";

static const char french[] =
    "FRANÇAIS\n"
    "--------\n"
    "Ce dossier est scellé (BagIt 1.0, RFC 8493). Celui qui le reçoit peut vérifier, sans le programme\n"
    "qui l'a produit, que rien n'y a changé depuis. Ouvrez un terminal dans ce dossier et exécutez\n"
    "les commandes.\n\n"
    "1. Le scellé : un seul nombre vaut pour tout le dossier. Comparez le résultat avec le scellé affiché\n"
    "   à l'écran lors de la mise sous scellé et noté sur le formulaire de remise. S'il diffère, ce\n"
    "   n'est pas le dossier qui a été scellé.\n\n"
    COMMANDS_SEAL "\n"
    "2. Les fichiers : chaque nom doit être suivi de OK (ou « Réussi »).\n\n"
    COMMANDS_FILES "\n"
    "3. Rien d'ajouté : les deux nombres doivent être égaux.\n\n"
    COMMANDS_COUNT "\n"
    "4. La chaîne de conservation : chaque ligne de data/custody.jsonl contient le SHA-256 de la\n"
    "   précédente ; ce qui a suivi la mise sous scellé (dossier custody : remises, signature, horodatage)\n"
    "   prolonge cette chaîne. Chaque numéro doit être suivi de OK, et rien ne doit s'afficher ensuite.\n\n"
    COMMANDS_CUSTODY "\n"
    "5. La signature, seulement si tagmanifest-sha256.txt.p7s est présent. CA.pem est le certificat de\n"
    "   l'autorité à laquelle vous faites confiance.\n\n"
    COMMANDS_SIGNATURE "\n"
    "   Remises signées, seulement si le dossier custody contient des fichiers en .p7s :\n\n"
    COMMANDS_LATER "\n"
    "6. L'horodatage (RFC 3161), seulement si un fichier se termine par .tsr. CA.pem est ici le\n"
    "   certificat de l'autorité dont dépend le service d'horodatage.\n\n"
    COMMANDS_STAMP "\n"
    "Sans sha256sum, openssl suffit, fichier par fichier ; comparez avec manifest-sha256.txt :\n\n"
    COMMANDS_OPENSSL "\n\n";

static const char german[] =
    "DEUTSCH\n"
    "-------\n"
    "Dieser Ordner ist eine versiegelte Akte (BagIt 1.0, RFC 8493). Wer ihn erhält, kann ohne das\n"
    "Programm, das ihn erstellt hat, prüfen, dass seither nichts verändert wurde. Öffnen Sie ein Terminal\n"
    "in diesem Ordner und führen Sie die Befehle aus.\n\n"
    "1. Das Siegel: Eine Zahl steht für die ganze Akte. Vergleichen Sie das Ergebnis mit dem Siegel, das\n"
    "   beim Versiegeln auf dem Bildschirm stand und auf dem Übergabeformular notiert ist. Weicht es ab,\n"
    "   so ist dies nicht die Akte, die versiegelt wurde.\n\n"
    COMMANDS_SEAL "\n"
    "2. Die Dateien: Hinter jedem Namen muss OK stehen.\n\n"
    COMMANDS_FILES "\n"
    "3. Nichts hinzugefügt: Beide Zahlen müssen gleich sein.\n\n"
    COMMANDS_COUNT "\n"
    "4. Die Beweismittelkette: Jede Zeile von data/custody.jsonl enthält den SHA-256 der vorigen; was nach\n"
    "   dem Versiegeln geschah (Ordner custody: Übergaben, Signatur, Zeitstempel), setzt die Kette fort.\n"
    "   Hinter jeder Nummer muss OK stehen, danach darf nichts mehr erscheinen.\n\n"
    COMMANDS_CUSTODY "\n"
    "5. Die Signatur, nur wenn tagmanifest-sha256.txt.p7s vorhanden ist. CA.pem ist das Zertifikat des\n"
    "   Ausstellers, dem Sie vertrauen.\n\n"
    COMMANDS_SIGNATURE "\n"
    "   Signierte Übergaben, nur wenn im Ordner custody Dateien auf .p7s enden:\n\n"
    COMMANDS_LATER "\n"
    "6. Der Zeitstempel (RFC 3161), nur wenn eine Datei auf .tsr endet. CA.pem ist hier das Zertifikat des\n"
    "   Ausstellers des Zeitstempeldienstes.\n\n"
    COMMANDS_STAMP "\n"
    "Ohne sha256sum geht es Datei für Datei mit openssl; vergleichen Sie mit manifest-sha256.txt:\n\n"
    COMMANDS_OPENSSL "\n\n";

static const char english[] =
    "ENGLISH\n"
    "-------\n"
    "This folder is a sealed case (BagIt 1.0, RFC 8493). Whoever receives it can check, without the\n"
    "program that made it, that nothing in it has changed since. Open a terminal in this folder and\n"
    "carry out the commands.\n\n"
    "1. The seal: one number stands for the whole case. Compare the result with the seal that was shown\n"
    "   when the case was sealed and that is noted on the hand-over form. If it is another number,\n"
    "   this is not the case that was sealed.\n\n"
    COMMANDS_SEAL "\n"
    "2. The files: each name must be followed by OK.\n\n"
    COMMANDS_FILES "\n"
    "3. Nothing added: both numbers must be equal.\n\n"
    COMMANDS_COUNT "\n"
    "4. The chain of custody: each line of data/custody.jsonl holds the SHA-256 of the line before; what\n"
    "   was done after the seal (folder custody: hand-overs, signature, time stamp) goes on with the chain.\n"
    "   Each number must be followed by OK, and nothing must be shown after that.\n\n"
    COMMANDS_CUSTODY "\n"
    "5. The signature, only when tagmanifest-sha256.txt.p7s is there. CA.pem is the certificate of the\n"
    "   issuer whom you trust.\n\n"
    COMMANDS_SIGNATURE "\n"
    "   Signed hand-overs, only when the folder custody has files that end in .p7s:\n\n"
    COMMANDS_LATER "\n"
    "6. The time stamp (RFC 3161), only when a file ends in .tsr. CA.pem is here the certificate of the\n"
    "   issuer of the time stamp service.\n\n"
    COMMANDS_STAMP "\n"
    "Without sha256sum, openssl does it file by file; compare with manifest-sha256.txt:\n\n"
    COMMANDS_OPENSSL;

const char *const bag_how_to_text[] = { dutch, french, german, english, NULL };
