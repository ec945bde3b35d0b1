#!/bin/sh
# print.sh - `triage report --print`: a short document in each language, whose seal is the bundle's, as number and as QR code on paper.
. "$(dirname "$0")/common.sh.inc"
make_image town || exit 1
cat > "$tmp/commune.yar" << 'RULE'
rule commune { meta: title = "Outil de la commune" why = "Vu chez un voisin." severity = "critical" confidence = 99 strings: $a = "Play" nocase condition: $a and filesize < 2KB }
RULE
"$TRIAGE" run -q -r "$tmp/commune.yar" --case 'A <1> & "2"' --examiner "An Peeters" --timezone Europe/Brussels -o "$tmp/case" "$tmp/town.img" > /dev/null 2>&1
"$TRIAGE" custody add "$tmp/case" --from '<b>An</b>' --to Claes --place Gent > /dev/null
seal=$(sha256sum < "$tmp/case/tagmanifest-sha256.txt" | cut -c 1-64)
for lang in nl fr de en; do
	page=$("$TRIAGE" report "$tmp/case" --print --lang $lang)
	same "$lang: written beside the bundle" "$page" "$tmp/case-print-$lang.html"
	check "$lang: its texts are in its language, its seal is the bundle's, and nothing in it is live" python3 - "$page" $lang "$seal" <<'P'
import html, re, sys
page, lang, seal = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2], sys.argv[3]
column = {"nl": 1, "fr": 2, "de": 3, "en": 4}[lang]
rows = [l.rstrip("\n").split("\t") for l in open("triage/report/messages.tsv", encoding="utf-8") if not l.startswith("#")]
texts = {r[0]: r[column] for r in rows}
assert '<html lang="%s">' % lang in page
number = re.search(r'id="seal-number">(.*?)</p>', page).group(1)
assert re.sub(r"<[^>]*>|\s", "", number) == seal, number
assert len(re.findall("<span>", number)) == 16
for key in ("print.title", "print.seal", "print.form", "print.from", "print.to", "print.sign", "verdict.compromised"):
    said = re.search(r'data-m="%s"[^>]*>([^<]*)<' % re.escape(key), page)
    assert said and html.unescape(said.group(1)) == texts[key], (key, said)
assert page.count('class="turn"') == 3
assert '<b lang="" dir="auto">Outil de la commune</b><br><span lang="" dir="auto">Vu chez un voisin.</span>' in page
asked = re.findall(r'<dt data-m="(ask\.[a-z-]+)"', page)
assert len(set(asked)) == len(asked) == 14 and all("<details" not in page and re.search(r'data-m="answer\.%s\.' % a[4:], page) for a in asked), asked
assert "<script" not in page and "<b>An</b>" not in page and "&lt;b&gt;An" in page and "A &lt;1&gt;" in page
assert not re.search(r'(src|href)="(?!#)', page) and "default-src 'none'" in page
P
	timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" --enable-logging=stderr --no-pdf-header-footer \
		--print-to-pdf="$tmp/$lang.pdf" "file://$page" > /dev/null 2> "$tmp/log"
	if grep CONSOLE "$tmp/log" | grep -qE 'Error|Refused|violat'; then bad "$lang: the browser has nothing to complain of" "$(grep CONSOLE "$tmp/log")"; else ok "$lang: the browser has nothing to complain of"; fi
	pages=$(pdfinfo "$tmp/$lang.pdf" 2> /dev/null | sed -n 's/^Pages: *//p')
	if [ "${pages:-9}" -le 4 ]; then ok "$lang: four sheets at most"; else bad "$lang: four sheets at most" "pages: $pages"; fi
	pdftoppm -r 100 -gray "$tmp/$lang.pdf" "$tmp/$lang" 2> /dev/null
	same "$lang: the QR code on paper is the seal" "$(zbarimg -q --raw "$tmp/$lang"-*.pgm 2> /dev/null)" "$seal"
done
"$TRIAGE" report "$tmp/case" --print -o "$tmp/case/x.html" > /dev/null 2>&1
same "it is not written into the bundle" "$?" 2
check "and the bundle is still intact" "$TRIAGE" verify --seal "$seal" "$tmp/case"
cp -r "$tmp/case" "$tmp/changed"
echo x >> "$tmp/changed/data/timeline.csv"
"$TRIAGE" report "$tmp/changed" --print > "$tmp/out" 2>&1
same "a bundle that was changed gets no paper" "$? $(ls "$tmp"/changed-print-* 2> /dev/null)" "1 "
