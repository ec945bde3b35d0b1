/*
 * Ransom notes: one rule for each family of the family table whose words were read in a note.
 * An address is quoted by its first 20 characters. The brand in a note is a claim: leaked builders let
 * anyone sign as LockBit, Babuk or Conti. Findings say "in the name of".
 * Facts: ThreatLabz/ransomware_notes (MIT), read note by note. Rule text: this project.
 */

rule note_play
{
	meta:
		title = "Ransom note in the name of Play"
		why = "The text gives a contact address that only Play uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Play"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ipi4tiumgzjsym6pyuzr" ascii wide
		$address2 = "j75o7xvvsm4lpsjhkjvb" ascii wide
		$address3 = "k7kg3jqxang3wh7hnmai" ascii wide
		$address4 = "mbrlkbtq5jonaqkurjwm" ascii wide
		$brand = "PLAY" ascii wide
		$mail = /[a-z0-9._-]{4,40}@gmx\.(de|com)/ ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or (filesize < 1KB and $brand in (0..8) and $mail))
}

rule note_conti
{
	meta:
		title = "Ransom note in the name of Conti"
		why = "The text gives a contact address that only Conti uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Conti"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "contirec7nchr45rx6ym" ascii wide
		$address2 = "contirecj4hbzmyzuydy" ascii wide
		$address3 = "m232fdxbfmbrcehbrj5i" ascii wide
		$brand = "encrypted by CONTI strain" ascii wide nocase
		$site = "contirecovery." ascii wide nocase
		$id = "---BEGIN ID---" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or 2 of ($brand, $site, $id))
}

rule note_alphv_blackcat
{
	meta:
		title = "Ransom note in the name of ALPHV / BlackCat"
		why = "The text gives a contact address that only ALPHV / BlackCat uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "ALPHV / BlackCat"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "alphvmmm27o3abo3r2ml" ascii wide
		$address2 = "d75itpgjjfe2ys2qivqp" ascii wide
		$address3 = "msv7eaydbdue7x6hos2k" ascii wide
		$address4 = "sty5r4hhb5oihbq2mwev" ascii wide
		$address5 = "xnsbsjciylsg23zfmrv6" ascii wide
		$key = "?access-key=" ascii wide nocase
		$head = "Important files on your" ascii wide nocase
		$ext = "now they have \"" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($key and ($head or $ext)))
}

rule note_cuba
{
	meta:
		title = "Ransom note in the name of Cuba"
		why = "The text gives a contact address that only Cuba uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cuba"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cuba4ikm4jakjgmkezyt" ascii wide
		$mail1 = "cuba-supp.com" ascii wide nocase
		$mail2 = "cuba_support@exploit.im" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($mail*))
}

rule note_vice_society
{
	meta:
		title = "Ransom note in the name of Vice Society"
		why = "The text gives a contact address that only Vice Society uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Vice Society"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "4hzyuotli6maqa4u" ascii wide
		$brand = "VICE SOCIETY" ascii wide nocase
		$mail1 = "v-society.official@onionmail" ascii wide nocase
		$mail2 = "CoryFrempton@onionmail" ascii wide nocase
		$mail3 = "DanyTron@onionmail" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($brand and any of ($mail*)))
}

rule note_hellokitty
{
	meta:
		title = "Ransom note in the name of HelloKitty"
		why = "The text gives a contact address that only HelloKitty uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "HelloKitty"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gunyhng6pabzcurl7ipx" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ragnar_locker
{
	meta:
		title = "Ransom note in the name of Ragnar Locker"
		why = "The text gives a contact address that only Ragnar Locker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Ragnar Locker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ragnarjtm25k3w4cy6kv" ascii wide
		$address2 = "ragnarmj3hlykxstyanw" ascii wide
		$address3 = "rgleaktxuey67yrgspmh" ascii wide
		$brand1 = "RAGNAR LOCKER" ascii wide
		$brand2 = "RAGNAR SECRET" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($brand*))
}

rule note_doppelpaymer
{
	meta:
		title = "Ransom note in the name of DoppelPaymer"
		why = "The text gives a contact address that only DoppelPaymer uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DoppelPaymer"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "fcjam663uvgid2xbar24" ascii wide
		$address2 = "hpoo4dosa3x4ognfxpqc" ascii wide
		$address3 = "q7wp5u55lhtuafjtsl6l" ascii wide
		$address4 = "thw73ky2jphtcfrwoze5" ascii wide
		$mail1 = "btpsupport@protonmail.com" ascii wide nocase
		$mail2 = "SmutnyKobimtochukwu@protonmail.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($mail*))
}

rule note_grief
{
	meta:
		title = "Ransom note in the name of Grief"
		why = "The text gives a contact address that only Grief uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Grief"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "payorgz3j6hs2gj66nk6" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_bitpaymer
{
	meta:
		title = "Ransom note in the name of BitPaymer"
		why = "The text gives a contact address that only BitPaymer uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BitPaymer"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "qmnmrba4s4a3py6z" ascii wide
		$a = "to get the ransom amount" ascii wide nocase
		$b = "TAIL:" ascii wide
		$c = "KEY:" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b, $c))
}

rule note_wastedlocker
{
	meta:
		title = "Ransom note in the name of WastedLocker"
		why = "The wording and the contact details are those of notes left by WastedLocker."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "WastedLocker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$mail1 = "47266@AIRMAIL.CC" ascii wide nocase
		$mail2 = "88828@PROTONMAIL.CH" ascii wide nocase
		$a = "YOUR NETWORK IS ENCRYPTED NOW" ascii wide nocase
		$b = "[begin_key]" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($mail*) or ($a and $b))
}

rule note_hades
{
	meta:
		title = "Ransom note in the name of Hades"
		why = "The text gives a contact address that only Hades uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Hades"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "m6s6axasulxjkhzh" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_hive
{
	meta:
		title = "Ransom note in the name of Hive"
		why = "The text gives a contact address that only Hive uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Hive"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hivecust6vhekztbqgdn" ascii wide
		$address2 = "hiveleakdbtnp76ulyhi" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_royal
{
	meta:
		title = "Ransom note in the name of Royal"
		why = "The text gives a contact address that only Royal uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Royal"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "royal2xthig3ou5hd7zs" ascii wide
		$a = "hit by Royal ransomware" ascii wide nocase
		$b = "modest royalty" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_blacksuit
{
	meta:
		title = "Ransom note in the name of BlackSuit"
		why = "The text gives a contact address that only BlackSuit uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackSuit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "weg7sdx54bevnvulapqu" ascii wide
		$a = "Extortioner named" ascii wide nocase
		$b = "BlackSuit" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_zeon
{
	meta:
		title = "Ransom note in the name of Zeon"
		why = "The text gives a contact address that only Zeon uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Zeon"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "zeonrefpbompx6rwdqa5" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_akira
{
	meta:
		title = "Ransom note in the name of Akira"
		why = "The text gives a contact address that only Akira uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Akira"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "akiral2iz6a7qgd3ayp3" ascii wide
		$address2 = "akiralkzxzq2dsrzsrvb" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_medusa
{
	meta:
		title = "Ransom note in the name of Medusa"
		why = "The text gives a contact address that only Medusa uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Medusa"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "5ar4vuckm3k7osdlzskq" ascii wide
		$address2 = "cx5u7zxbvrfyoj6ughw7" ascii wide
		$address3 = "medusakxxtp3uo7vusnt" ascii wide
		$address4 = "medusaxko7jxtrojdkxo" ascii wide
		$address5 = "uyku4o2yg34ekvjtszg6" ascii wide
		$address6 = "xfv4jzckytb4g3ckwemc" ascii wide
		$tox1 = "061AA6BDE8F6DE6C92F0D6E0" ascii wide nocase
		$tox2 = "4AE245548F2A225882951FB1" ascii wide nocase
		$a = "MEDUSA DECRYPTOR" ascii wide
		$b = "medusa.support@onionmail.org" ascii wide nocase
		$c = "medusasupport@cock.li" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*) or 2 of ($a, $b, $c))
}

rule note_medusalocker
{
	meta:
		title = "Ransom note in the name of MedusaLocker"
		why = "The text gives a contact address that only MedusaLocker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "MedusaLocker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "qd7pcafncosqfqu3ha6f" ascii wide
		$mail1 = "ithelp07@" ascii wide nocase
		$a = "YOUR COMPANY NETWORK HAS BEEN PENETRATED" ascii wide nocase
		$b = "Your personal ID:" ascii wide nocase
		$c = "Only modified. (RSA+AES)" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($mail1 and $a) or all of ($a, $b, $c))
}

rule note_rhysida
{
	meta:
		title = "Ransom note in the name of Rhysida"
		why = "The text gives a contact address that only Rhysida uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Rhysida"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "rhysidafohrhyy2aszi7" ascii wide
		$a = "cybersecurity team Rhysida" ascii wide nocase
		$b = "Critical Breach Detected" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_bianlian
{
	meta:
		title = "Ransom note in the name of BianLian"
		why = "The text gives a contact address that only BianLian uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BianLian"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "bianlianlbc5an4kgnay" ascii wide
		$address2 = "bianlivemqbawcco4cx4" ascii wide
		$tox1 = "A4B3B0845DA242A64BF17E0D" ascii wide nocase
		$a = "swikipedia@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*) or $a)
}

rule note_8base
{
	meta:
		title = "Ransom note in the name of 8Base"
		why = "The text gives a contact address that only 8Base uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "8Base"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "basemmnnqwxevlymli5b" ascii wide
		$address2 = "xb6q2aggycmlcrjtbjen" ascii wide
		$address3 = "xfycpauc22t5jsmfjcaz" ascii wide
		$a = "t.me/eightbase" ascii wide nocase
		$b = "8filesback@onionmail.org" ascii wide nocase
		$c = "recovery8files@onionmail.org" ascii wide nocase
		$d = "helpermail@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($a, $b, $c, $d))
}

rule note_phobos
{
	meta:
		title = "Ransom note in the name of Phobos"
		why = "The wording and the contact details are those of notes left by Phobos."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Phobos"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "!!!All of your files are encrypted!!!" ascii wide nocase
		$b = "send e-mail to this address" ascii wide nocase
		$c = "Jabber client" ascii wide nocase
		$d = "teamchic@" ascii wide nocase
		$dharma = "LocalBitcoins" ascii wide nocase
		$e = "Write this ID in the title of your message" ascii wide nocase
		$id = /title of your message[^\n]{0,60}[0-9A-F]{8}-[0-9]{4}/ ascii
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(($a and 1 of ($b, $c, $d)) or ($e and $dharma and $id))
}

rule note_dharma
{
	meta:
		title = "Ransom note in the name of Dharma"
		why = "The wording and the contact details are those of notes left by Dharma."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Dharma"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "All your files have been encrypted" ascii wide nocase
		$b = "due to a security problem with your PC" ascii wide nocase
		$c = "LocalBitcoins" ascii wide nocase
		$d = "Write this ID in the title of your message" ascii wide nocase
		$mail = "moremo123123@cock.li" ascii wide nocase
		$phobos_id = /title of your message[^\n]{0,60}[0-9A-F]{8}-[0-9]{4}/ ascii
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($mail or (all of ($a, $b, $c, $d) and not $phobos_id))
}

rule note_stop_djvu
{
	meta:
		title = "Ransom note in the name of STOP / Djvu"
		why = "The wording and the contact details are those of notes left by STOP / Djvu."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "STOP / Djvu"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "https://we.tl/t-" ascii wide nocase
		$b = "$980" ascii wide
		$c = "$490" ascii wide
		$d = "Your personal ID:" ascii wide nocase
		$mail = "helpmanager@" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		3 of ($a, $b, $c, $d, $mail)
}

rule note_ransomhub
{
	meta:
		title = "Ransom note in the name of RansomHub"
		why = "The text gives a contact address that only RansomHub uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RansomHub"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cki3klxqycazagx3r5pr" ascii wide
		$address2 = "davtdavm734bl4hkr3sr" ascii wide
		$address3 = "dd4djzr2ywfcox3zfvpk" ascii wide
		$address4 = "pod4gkypkd6kykwoht3k" ascii wide
		$address5 = "ransomxifxwc5eteopdo" ascii wide
		$a = "RansomHub team" ascii wide nocase
		$b = "We are the RansomHub" ascii wide nocase
		$c = "Client ID:" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b) or ($c and 1 of ($a, $b)))
}

rule note_knight
{
	meta:
		title = "Ransom note in the name of Knight"
		why = "The text gives a contact address that only Knight uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Knight"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3r7zqtidvujbmfhx52sb" ascii wide
		$address2 = "knight3xppu263m7g4ag" ascii wide
		$address3 = "wy35mxvqxff4vufq64v4" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_qilin
{
	meta:
		title = "Ransom note in the name of Qilin"
		why = "The text gives a contact address that only Qilin uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Qilin"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "e3v6tjarcltwc4hdkn6f" ascii wide
		$address2 = "ijzn3sicrcy7guixkzjk" ascii wide
		$address3 = "kbsqoivihgdmwczmxkbo" ascii wide
		$address4 = "wlh3dpptx2gt7nsxcor3" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_inc_ransom
{
	meta:
		title = "Ransom note in the name of INC Ransom"
		why = "The text gives a contact address that only INC Ransom uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "INC Ransom"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "incblog6qu4y4mm4zvw5" ascii wide
		$address2 = "incblog7vmuq7rktic73" ascii wide
		$address3 = "incpaykabjqc2mtdxq6c" ascii wide
		$address4 = "incpaysp74dphcbjyvg2" ascii wide
		$a = "INC ransomware team" ascii wide nocase
		$b = "Inc. Ransom" ascii wide nocase
		$c = "personal ID" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($c and 1 of ($a, $b)))
}

rule note_lynx
{
	meta:
		title = "Ransom note in the name of Lynx"
		why = "The text gives a contact address that only Lynx uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Lynx"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lynxbllrfr5262yvbgtq" ascii wide
		$address2 = "lynxblogco7r37jt7p5w" ascii wide
		$address3 = "lynxblogijy4jfoblgix" ascii wide
		$address4 = "lynxblogmx3rbiwg3rpj" ascii wide
		$address5 = "lynxblogoxllth4b46cf" ascii wide
		$address6 = "lynxblogtwatfsrwj3oa" ascii wide
		$address7 = "lynxblogxstgzsarfyk2" ascii wide
		$address8 = "lynxblogxutufossaeaw" ascii wide
		$address9 = "lynxch2k5xi35j7hlbmw" ascii wide
		$address10 = "lynxchatbykq2vycvyrt" ascii wide
		$address11 = "lynxchatde4spv5x6xlw" ascii wide
		$address12 = "lynxchatdy3tgcuijsqo" ascii wide
		$address13 = "lynxchatdykpoelffqlv" ascii wide
		$address14 = "lynxchatfw4rgsclp456" ascii wide
		$address15 = "lynxchatly4zludmhmi7" ascii wide
		$address16 = "lynxchatohmppv6au67l" ascii wide
		$a = "lynxblog.net" ascii wide nocase
		$b = "Your unique identificator is" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_sinobi
{
	meta:
		title = "Ransom note in the name of Sinobi"
		why = "The text gives a contact address that only Sinobi uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Sinobi"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "sinobi23i75c3znmqqxx" ascii wide
		$address2 = "sinobi57mfegeov2naiu" ascii wide
		$address3 = "sinobi6ftrg27d6g4sjd" ascii wide
		$address4 = "sinobi6rlec6f2bgn6rd" ascii wide
		$address5 = "sinobi6ywgmmvg2gj2yy" ascii wide
		$address6 = "sinobi7l3wet3uqn4cag" ascii wide
		$address7 = "sinobi7sukclb3ygtory" ascii wide
		$address8 = "sinobi7yuoppj76qnkwi" ascii wide
		$address9 = "sinobia6mw6ht2wcdjph" ascii wide
		$address10 = "sinobibdvzohujkliofk" ascii wide
		$address11 = "sinobibjqytwqxjw24zu" ascii wide
		$address12 = "sinobicrh73ongfuxjaj" ascii wide
		$address13 = "sinobidxodgt4jsr3tlm" ascii wide
		$address14 = "sinobiea4snfqtkc43pa" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_black_basta
{
	meta:
		title = "Ransom note in the name of Black Basta"
		why = "The text gives a contact address that only Black Basta uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Black Basta"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "aazsbsgya565vlu2c6bz" ascii wide
		$address2 = "bastad5huzwkepdixedg" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cactus
{
	meta:
		title = "Ransom note in the name of Cactus"
		why = "The text gives a contact address that only Cactus uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cactus"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "74racbmxqyyd5jbtmdk7" ascii wide
		$address2 = "cactusbloguuodvqjmnz" ascii wide
		$address3 = "sonarmsng5vzwqezlvtu" ascii wide
		$tox1 = "7367B422CD7498D5F2AAF33F" ascii wide nocase
		$a = "encrypted by Cactus" ascii wide nocase
		$b = "cactus787835@proton.me" ascii wide nocase
		$c = "cactus@mexicomail.com" ascii wide nocase
		$d = "Cactus_Support" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*) or 2 of ($a, $b, $c, $d))
}

rule note_clop
{
	meta:
		title = "Ransom note in the name of Clop"
		why = "The text gives a contact address that only Clop uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Clop"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "6v4q5w7di74grj2vtmik" ascii wide
		$address2 = "htmxyptur5wfjrd7uvg2" ascii wide
		$address3 = "npkoxkuygikbkpuf5yxt" ascii wide
		$address4 = "santat7kpllt6iyvqbr7" ascii wide
		$m1 = "unlock@cl-leaks.com" ascii wide nocase
		$m2 = "servicedigilogos@protonmail.com" ascii wide nocase
		$m3 = "managersmaers@tutanota.com" ascii wide nocase
		$m4 = "support@he1p-center.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($m*))
}

rule note_revil
{
	meta:
		title = "Ransom note in the name of REvil"
		why = "The text gives a contact address that only REvil uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "REvil"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "aplebzu47wgazapdqks6" ascii wide
		$address2 = "blogxxu75w63ujqarv47" ascii wide
		$address3 = "dnpscnbaix6nkwvystl3" ascii wide
		$address4 = "landxxeaf2hoyl2jvcwu" ascii wide
		$a = "decryptor.cc/" ascii wide nocase
		$b = "decryptor.top/" ascii wide nocase
		$c = "You can check it: all files on your system has extension" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($c and 1 of ($a, $b)))
}

rule note_ryuk
{
	meta:
		title = "Ransom note in the name of Ryuk"
		why = "The wording and the contact details are those of notes left by Ryuk."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Ryuk"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$brand = "Ryuk" ascii wide fullword
		$a = "No system is safe" ascii wide nocase
		$b = "balance of shadow universe" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($brand and 1 of ($a, $b))
}

rule note_maze
{
	meta:
		title = "Ransom note in the name of Maze"
		why = "The text gives a contact address that only Maze uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Maze"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "aoacugmutagkwctu" ascii wide
		$a = "mazedecrypt.top" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or $a)
}

rule note_netwalker
{
	meta:
		title = "Ransom note in the name of NetWalker"
		why = "The text gives a contact address that only NetWalker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NetWalker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "pb36hu4spl6cyjdfhing" ascii wide
		$address2 = "rnfdsgm6wb6j6su5txke" ascii wide
		$a = "encrypted by Netwalker" ascii wide nocase
		$b = "Your personal code" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_avaddon
{
	meta:
		title = "Ransom note in the name of Avaddon"
		why = "The text gives a contact address that only Avaddon uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Avaddon"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "avaddonbotrxmuyl" ascii wide
		$address2 = "avaddongun7rngel" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_suncrypt
{
	meta:
		title = "Ransom note in the name of SunCrypt"
		why = "The text gives a contact address that only SunCrypt uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "SunCrypt"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ebwexiymbsib4rmw" ascii wide
		$address2 = "nbzzb6sa6xuura2z" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_darkside
{
	meta:
		title = "Ransom note in the name of DarkSide"
		why = "The text gives a contact address that only DarkSide uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DarkSide"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "dark24zz36xm4y2phwe7" ascii wide
		$a = "Welcome to DarkSide" ascii wide nocase
		$b = "universal decryptor" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_blackmatter
{
	meta:
		title = "Ransom note in the name of BlackMatter"
		why = "The text gives a contact address that only BlackMatter uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackMatter"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "supp24yy6a66hwszu2pi" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_avoslocker
{
	meta:
		title = "Ransom note in the name of AvosLocker"
		why = "The text gives a contact address that only AvosLocker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "AvosLocker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "avosjon4pfh3y7ew3jdw" ascii wide
		$address2 = "avosqxh72b5ia23dl5fg" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_blackbyte
{
	meta:
		title = "Ransom note in the name of BlackByte"
		why = "The text gives a contact address that only BlackByte uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackByte"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "a2dbso6dijaqsmut36r6" ascii wide
		$address2 = "dlyo7r3n4qy5fzv4645n" ascii wide
		$address3 = "inbukcc4xk67uzbgkzuf" ascii wide
		$address4 = "jbeg2dct2zhku6c2vwnp" ascii wide
		$address5 = "p5quu5ujzzswxv4nxyuh" ascii wide
		$address6 = "vzzf6yg67cffqndnwg56" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_quantum
{
	meta:
		title = "Ransom note in the name of Quantum"
		why = "The text gives a contact address that only Quantum uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Quantum"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "dgnh6p5uq234zry7qx7b" ascii wide
		$address2 = "wxxp3rny7w3j6gkel56i" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_snatch
{
	meta:
		title = "Ransom note in the name of Snatch"
		why = "The wording and the contact details are those of notes left by Snatch."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Snatch"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$m1 = "2020host2021@tutanota.com" ascii wide nocase
		$m2 = "legalrestore@airmail.cc" ascii wide nocase
		$a = "header of letter must contain extension of encrypted files" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($m1, $m2, $a)
}

rule note_mallox
{
	meta:
		title = "Ransom note in the name of Mallox"
		why = "The text gives a contact address that only Mallox uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Mallox"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "eghv5cpdsmuj5e6tpyjk" ascii wide
		$address2 = "weaxorpemwzoxg5cdvvf" ascii wide
		$address3 = "wtyafjyhwqrgo4a45wdv" ascii wide
		$a = "mallox.resurrection@onionmail.org" ascii wide nocase
		$b = "mallox@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or 1 of ($a, $b))
}

rule note_makop
{
	meta:
		title = "Ransom note in the name of Makop"
		why = "The text gives a contact address that only Makop uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Makop"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$tox1 = "4A7F41CC6A5B87AF99450066" ascii wide nocase
		$a = "::: Greetings :::" ascii wide nocase
		$b = "Little FAQ:" ascii wide nocase
		$c = "Whats Happen?" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($tox*) or all of ($a, $b, $c))
}

rule note_hunters_international
{
	meta:
		title = "Ransom note in the name of Hunters International"
		why = "The text gives a contact address that only Hunters International uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Hunters International"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hunters33dootzzwybhx" ascii wide
		$address2 = "hunters33mmcwww7ek7q" ascii wide
		$address3 = "hunters55atbdusuladz" ascii wide
		$address4 = "hunters55rdxciehoqzw" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_noescape
{
	meta:
		title = "Ransom note in the name of NoEscape"
		why = "The text gives a contact address that only NoEscape uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NoEscape"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "bwjbbpbcihglahwxxusm" ascii wide
		$address2 = "noescapemsqxvizdxyl7" ascii wide
		$address3 = "noescaperjh3gg6oy7rc" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nokoyawa
{
	meta:
		title = "Ransom note in the name of Nokoyawa"
		why = "The text gives a contact address that only Nokoyawa uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nokoyawa"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "6yofnrq7evqrtz3tzi3d" ascii wide
		$address2 = "lirncvjfmdhv6samxvvl" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_trigona
{
	meta:
		title = "Ransom note in the name of Trigona"
		why = "The text gives a contact address that only Trigona uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Trigona"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3x55o3u2b7cjs54eifja" ascii wide
		$a = "farusbig@tutanota.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or $a)
}

rule note_3am
{
	meta:
		title = "Ransom note in the name of 3AM"
		why = "The text gives a contact address that only 3AM uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "3AM"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "threeam7fj33rv5twe5l" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_monti
{
	meta:
		title = "Ransom note in the name of Monti"
		why = "The text gives a contact address that only Monti uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Monti"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "mblogci3rudehaagbryj" ascii wide
		$address2 = "monti5o7lvyrpyk26lqo" ascii wide
		$address3 = "myosbja7hixkkjqihsjh" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_dragonforce
{
	meta:
		title = "Ransom note in the name of DragonForce"
		why = "The text gives a contact address that only DragonForce uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DragonForce"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3pktcrcbmssvrnwe5skb" ascii wide
		$address2 = "z3wqggtxft7id3ibr7sr" ascii wide
		$tox1 = "1C054B722BCBF41A918EF3C4" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_safepay
{
	meta:
		title = "Ransom note in the name of SafePay"
		why = "The text gives a contact address that only SafePay uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "SafePay"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "dgcg5ncjab6scb7fnk7g" ascii wide
		$address2 = "j3dp6okmaklajrsk6zlj" ascii wide
		$address3 = "nz4z6ruzcekriti5cjji" ascii wide
		$address4 = "oxly5vxvvhi5fv5vsvj3" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_fog
{
	meta:
		title = "Ransom note in the name of Fog"
		why = "The text gives a contact address that only Fog uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Fog"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "xbkv2qey6u3gd3qxcojy" ascii wide
		$address2 = "xql562evsy7njcsngacp" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_interlock
{
	meta:
		title = "Ransom note in the name of Interlock"
		why = "The text gives a contact address that only Interlock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Interlock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ebhmkoohccl45qesdbvr" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_embargo
{
	meta:
		title = "Ransom note in the name of Embargo"
		why = "The text gives a contact address that only Embargo uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Embargo"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "5ntlvn7lmkezscee2vha" ascii wide
		$address2 = "a3kvb22nuhfgaluy6uzu" ascii wide
		$address3 = "embargobe3n5okxyzqph" ascii wide
		$tox1 = "9500B1A73716BCF40745086F" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_blacklock_eldorado
{
	meta:
		title = "Ransom note in the name of BlackLock / Eldorado"
		why = "The text gives a contact address that only BlackLock / Eldorado uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackLock / Eldorado"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "26ubgm3vvrjawkdyfhvl" ascii wide
		$address2 = "4ozbomcjurd64vgeblko" ascii wide
		$address3 = "dataleakypypu7uwblm5" ascii wide
		$address4 = "panela3eefdzfzxzxcsh" ascii wide
		$address5 = "panelqbinglxczi2gqkw" ascii wide
		$address6 = "zdkexsh2e7yihw5uhg5h" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_hellcat_morpheus
{
	meta:
		title = "Ransom note in the name of Hellcat / Morpheus"
		why = "The text gives a contact address that only Hellcat / Morpheus uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Hellcat / Morpheus"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hellcakbszllztlyqbjz" ascii wide
		$address2 = "izsp6ipui4ctgxfugbgt" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_underground
{
	meta:
		title = "Ransom note in the name of Underground"
		why = "The text gives a contact address that only Underground uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Underground"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "undgrddapc4reaunnrdr" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lorenz
{
	meta:
		title = "Ransom note in the name of Lorenz"
		why = "The text gives a contact address that only Lorenz uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Lorenz"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lorenzedzyzyjhzxvlcv" ascii wide
		$address2 = "lorenzezzwvtk3y24wfp" ascii wide
		$address3 = "lorenzmlwpzgxq736jzs" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_diavol
{
	meta:
		title = "Ransom note in the name of Diavol"
		why = "The text gives a contact address that only Diavol uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Diavol"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "7ypnbv3snejqmgce4kbe" ascii wide
		$address2 = "r2gttyb5vqu6swf5" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ransomexx
{
	meta:
		title = "Ransom note in the name of RansomEXX"
		why = "The text gives a contact address that only RansomEXX uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RansomEXX"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "jbdg4buq6jd7ed3rd6cy" ascii wide
		$address2 = "rnsm777cdsjrsdlbs4v5" ascii wide
		$a = "Read this message CAREFULLY and contact someone from IT department" ascii wide nocase
		$b = "securely ENCRYPTED" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_ransomhouse
{
	meta:
		title = "Ransom note in the name of RansomHouse"
		why = "The text gives a contact address that only RansomHouse uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RansomHouse"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "p2tn23lt5zpzzyo4bmnp" ascii wide
		$address2 = "q67l6d24zkprmodua6e5" ascii wide
		$address3 = "secxrosqawaefsio3biv" ascii wide
		$address4 = "xw7au5pnwtl6lozbsudk" ascii wide
		$address5 = "zohlm7ahjwegcedoz7lr" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_esxiargs
{
	meta:
		title = "Ransom note in the name of ESXiArgs"
		why = "The text gives a contact address that only ESXiArgs uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "ESXiArgs"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$tox1 = "D6C324719AD0AA50A54E4F8D" ascii wide nocase
		$a = "How to Restore Your Files" ascii wide nocase
		$b = "TOX_ID:" ascii wide nocase
		$c = "We hacked your company successfully" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($tox*) or all of ($a, $b, $c))
}

rule note_rtm_locker
{
	meta:
		title = "Ransom note in the name of RTM Locker"
		why = "The text gives a contact address that only RTM Locker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RTM Locker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3wugtklp46ufx7dnr6j5" ascii wide
		$tox1 = "A0FE105A82525ECB94DD2977" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_nevada
{
	meta:
		title = "Ransom note in the name of Nevada"
		why = "The text gives a contact address that only Nevada uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nevada"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nevcorps5cvivjf6i2gm" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_atomsilo
{
	meta:
		title = "Ransom note in the name of AtomSilo"
		why = "The text gives a contact address that only AtomSilo uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "AtomSilo"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "mhdehvkomeabau7gsetn" ascii wide
		$a = "arvato@atomsilo.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or $a)
}

rule note_yanluowang
{
	meta:
		title = "Ransom note in the name of Yanluowang"
		why = "The wording and the contact details are those of notes left by Yanluowang."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Yanluowang"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$m1 = "yan.laowang@mailfence" ascii wide nocase
		$m2 = "cang.leen@mailfence" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($m1, $m2)
}

rule note_prometheus
{
	meta:
		title = "Ransom note in the name of Prometheus"
		why = "The text gives a contact address that only Prometheus uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Prometheus"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "promethw27cbrcot" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_crysis_like_beast
{
	meta:
		title = "Ransom note in the name of Crysis-like Beast"
		why = "The wording and the contact details are those of notes left by Crysis-like Beast."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 70
		kind = "ransom-note"
		family = "Crysis-like Beast"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$m1 = "54783@thesecure.biz" ascii wide nocase
		$m2 = "iamaduck7@onionmail.org" ascii wide nocase
		$m3 = "mastadonster@onionmail.org" ascii wide nocase
		$m4 = "897243728161@thesecure.biz" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($m*)
}

rule note_u_bomb
{
	meta:
		title = "Ransom note in the name of U-Bomb"
		why = "The text gives a contact address that only U-Bomb uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "U-Bomb"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "contiuevxdgdhn3zl2ku" ascii wide
		$a = "ellen0xffff@proton.me" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or $a)
}

rule note_cicada3301
{
	meta:
		title = "Ransom note in the name of Cicada3301"
		why = "The text gives a contact address that only Cicada3301 uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cicada3301"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cicadabv7vicyvgz5khl" ascii wide
		$address2 = "cicadapkh4vg2qh4qcoe" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_brain_cipher
{
	meta:
		title = "Ransom note in the name of Brain Cipher"
		why = "The text gives a contact address that only Brain Cipher uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Brain Cipher"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "braincgksuixxkpkme7z" ascii wide
		$address2 = "mybmtbgd7aprdnw2ekxh" ascii wide
		$address3 = "vkvsgl7lhipjirmz6j5u" ascii wide
		$a = "brain.support@cyberfear.com" ascii wide nocase
		$b = "brain.decrypt@cyberfear.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or 1 of ($a, $b))
}

rule note_warlock
{
	meta:
		title = "Ransom note in the name of Warlock"
		why = "The text gives a contact address that only Warlock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Warlock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "warlock4fagqhnfuxtcm" ascii wide
		$address2 = "warlock5zli2g4nuvixk" ascii wide
		$address3 = "warlock6d4etw5gwwaak" ascii wide
		$address4 = "warlockhga5iw3t54ps5" ascii wide
		$address5 = "warlockmdu64clit5pdw" ascii wide
		$address6 = "warlockoact3ayzqwlna" ascii wide
		$address7 = "zfytizegsze6uiswodhb" ascii wide
		$tox1 = "84490152E99B9EC4BCFE1608" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_gunra
{
	meta:
		title = "Ransom note in the name of Gunra"
		why = "The text gives a contact address that only Gunra uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Gunra"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lgiil72vkmdtbc3qv4ty" ascii wide
		$address2 = "nsnhzysbntsqdwpys6mh" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_direwolf
{
	meta:
		title = "Ransom note in the name of DireWolf"
		why = "The text gives a contact address that only DireWolf uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DireWolf"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "direwolf3ddtab5anvhu" ascii wide
		$address2 = "direwolfcdkv5whaz2sp" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nitrogen
{
	meta:
		title = "Ransom note in the name of Nitrogen"
		why = "The text gives a contact address that only Nitrogen uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nitrogen"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gjendw2d6oqjs6nxnwwu" ascii wide
		$address2 = "nitrogenczslprh3xyw6" ascii wide
		$address3 = "xqsdbtrtmufdyiqnkrkv" ascii wide
		$tox1 = "46CA5EEC55A16767B7F8293D" ascii wide nocase
		$tox2 = "9E95D4A886F6678290331E41" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_kraken
{
	meta:
		title = "Ransom note in the name of Kraken"
		why = "The text gives a contact address that only Kraken uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Kraken"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "bd56nsu2p5wnosagb7ip" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_bert
{
	meta:
		title = "Ransom note in the name of BERT"
		why = "The text gives a contact address that only BERT uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BERT"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "bertblogsoqmm4ow7nqy" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_chaos_raas_2025
{
	meta:
		title = "Ransom note in the name of Chaos (RaaS 2025)"
		why = "The text gives a contact address that only Chaos (RaaS 2025) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Chaos (RaaS 2025)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hptqq2o2qjva7lcaaq67" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_chaos_builder
{
	meta:
		title = "Ransom note in the name of Chaos builder"
		why = "The text gives a contact address that only Chaos builder uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Chaos builder"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "torpastezr7464pevuvd" ascii wide
		$a = "blacksnaketeam@" ascii wide nocase
		$b = "decryptorsoftware" ascii wide nocase
		$c = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($a and $c) or ($b and $c))
}

rule note_the_gentlemen
{
	meta:
		title = "Ransom note in the name of The Gentlemen"
		why = "The text gives a contact address that only The Gentlemen uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "The Gentlemen"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "tezwsse5czllksjb7cwp" ascii wide
		$tox1 = "98C132E2B20B531BE6604397" ascii wide nocase
		$tox2 = "F8E24C7F5B12CD69C44C73F4" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_vanhelsing
{
	meta:
		title = "Ransom note in the name of VanHelsing"
		why = "The text gives a contact address that only VanHelsing uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "VanHelsing"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "vanhelcbxqt4tqie6fue" ascii wide
		$address2 = "vanhelqmjstkvlhrjwzg" ascii wide
		$address3 = "vanhelsokskrlaacilyf" ascii wide
		$address4 = "vanheltarnbfjhuvggbn" ascii wide
		$address5 = "vanhelvuuo4k3xsiq626" ascii wide
		$address6 = "vanhelwmbf2bwzw7gmse" ascii wide
		$address7 = "vanhelxjo52qr2ixcmtj" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_devman
{
	meta:
		title = "Ransom note in the name of Devman"
		why = "The text gives a contact address that only Devman uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Devman"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "tygjm32hxyqienrgwxve" ascii wide
		$tox1 = "9D97F166730F865F793E2EA0" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_crypto24
{
	meta:
		title = "Ransom note in the name of Crypto24"
		why = "The text gives a contact address that only Crypto24 uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Crypto24"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "j5o5y2feotmhvr7cbcp2" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nightspire
{
	meta:
		title = "Ransom note in the name of NightSpire"
		why = "The text gives a contact address that only NightSpire uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NightSpire"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "a2lyiiaq4n74tlgz4fk3" ascii wide
		$address2 = "nspire7lugml7ybqyjaa" ascii wide
		$address3 = "nspiremkiq44zcxjbgva" ascii wide
		$address4 = "nspirep7orjq73k2x2fw" ascii wide
		$address5 = "nspireyzmvapgiwgtuoz" ascii wide
		$tox1 = "3B61CFD6E12D789A439816E1" ascii wide nocase
		$tox2 = "8D663FD10BF662930F4C076C" ascii wide nocase
		$a = "night.spire.team@proton.me" ascii wide nocase
		$b = "nightspire.team2026@onionmail.org" ascii wide nocase
		$c = "nightspireteam.receiver@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*) or 1 of ($a, $b, $c))
}

rule note_kawa4096
{
	meta:
		title = "Ransom note in the name of Kawa4096"
		why = "The text gives a contact address that only Kawa4096 uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Kawa4096"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "kawasa2qo7345dt7ogxm" ascii wide
		$tox1 = "6A340207246B47E37F6D094D" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_obscura
{
	meta:
		title = "Ransom note in the name of Obscura"
		why = "The text gives a contact address that only Obscura uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Obscura"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "obscurad3aphckihv7wp" ascii wide
		$tox1 = "AE55FC0EB1C25A5B08165010" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_termite
{
	meta:
		title = "Ransom note in the name of Termite"
		why = "The text gives a contact address that only Termite uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Termite"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "termiteuslbumdge2zmf" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_helldown
{
	meta:
		title = "Ransom note in the name of Helldown"
		why = "The text gives a contact address that only Helldown uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Helldown"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "onyxcym4mjilrsptk5uo" ascii wide
		$tox1 = "19A549A57160F384CF4E36EE" ascii wide nocase
		$a = "helldown@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*) or $a)
}

rule note_money_message
{
	meta:
		title = "Ransom note in the name of Money Message"
		why = "The text gives a contact address that only Money Message uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Money Message"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "blogvl7tjyjvsfthobtt" ascii wide
		$address2 = "clientcuworpelkdwecu" ascii wide
		$address3 = "xuutya4qc5zxpz2pgl3z" ascii wide
		$a = "Money message" ascii wide nocase
		$b = "decrypt" ascii wide nocase
		$c = ".onion" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b, $c))
}

rule note_karakurt
{
	meta:
		title = "Ransom note in the name of Karakurt"
		why = "The text gives a contact address that only Karakurt uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Karakurt"
		technique = "T1657"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "omx5iqrdbsoitf3q4xex" ascii wide
		$a = "this is karakurt team" ascii wide nocase
		$b = "We exfiltrated anything we wanted" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_everest
{
	meta:
		title = "Ransom note in the name of Everest"
		why = "The text gives a contact address that only Everest uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Everest"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ransomocmou6mnbquqz4" ascii wide
		$a = "everestaf@onionmail.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or $a)
}

rule note_magniber
{
	meta:
		title = "Ransom note in the name of Magniber"
		why = "The text gives a contact address that only Magniber uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Magniber"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "zgpnnj5ikwfugnfvmxzn" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_locky
{
	meta:
		title = "Ransom note in the name of Locky"
		why = "The text gives a contact address that only Locky uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Locky"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "6dtxgqam4crv6rr6" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ech0raix_nas
{
	meta:
		title = "Ransom note in the name of eCh0raix (NAS)"
		why = "The text gives a contact address that only eCh0raix (NAS) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "eCh0raix (NAS)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "veqlxhq7ub5qze3qy56z" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_qlocker_nas
{
	meta:
		title = "Ransom note in the name of Qlocker (NAS)"
		why = "The text gives a contact address that only Qlocker (NAS) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Qlocker (NAS)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gvka2m4qt5fod2fltkjm" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_global_group
{
	meta:
		title = "Ransom note in the name of Global Group"
		why = "The text gives a contact address that only Global Group uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Global Group"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gdbkvfe6g3whrzkdlbyt" ascii wide
		$address2 = "vg6xwkmfyirv3l6qtqus" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_osiris_2025
{
	meta:
		title = "Ransom note in the name of Osiris (2025)"
		why = "The text gives a contact address that only Osiris (2025) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Osiris (2025)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "osirisbm3357xrccnid2" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_tengu
{
	meta:
		title = "Ransom note in the name of Tengu"
		why = "The text gives a contact address that only Tengu uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Tengu"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "fuvodyoktsjdwu3mrbbr" ascii wide
		$address2 = "longcc4fqrfcqt5lzceu" ascii wide
		$address3 = "longejh5gj5igfinj36r" ascii wide
		$address4 = "longf6faa6tiudn5n6ar" ascii wide
		$address5 = "longhbqhzlv3p7tvx3iw" ascii wide
		$address6 = "longjr5sl6a57ajn52ny" ascii wide
		$tox1 = "A458DAEFD26B207A65C2D016" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_vect
{
	meta:
		title = "Ransom note in the name of Vect"
		why = "The text gives a contact address that only Vect uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Vect"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "vectordntlcrlmfkcm4a" ascii wide
		$tox1 = "1A51DCBB33FBF603B385D223" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_makop_phobos_like_risen
{
	meta:
		title = "Ransom note in the name of Makop/Phobos-like Risen"
		why = "The text gives a contact address that only Makop/Phobos-like Risen uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Makop/Phobos-like Risen"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cqqzfmdd2fwshfyic6sr" ascii wide
		$address2 = "o6pi3u67zyag73ligtsu" ascii wide
		$address3 = "s2wk77h653qn54csf4gp" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_payload
{
	meta:
		title = "Ransom note in the name of Payload"
		why = "The text gives a contact address that only Payload uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Payload"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "payloadrz5yw227brtbv" ascii wide
		$address2 = "payloadynyvabjacbun4" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lockbit_2_0
{
	meta:
		title = "Ransom note in the name of LockBit 2.0"
		why = "The text gives a contact address that only LockBit 2.0 uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LockBit 2.0"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lockbitsap2oaqhcun3s" ascii wide
		$address2 = "lockbitsup4yezcd5enk" ascii wide
		$brand = "LockBit 2.0 Ransomware" ascii wide nocase
		$id = "Decryption ID:" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($brand and $id))
}

rule note_lockbit_3_0
{
	meta:
		title = "Ransom note in the name of LockBit 3.0"
		why = "The text calls itself LockBit 3.0; since its builder leaked in 2022 other groups use the same text."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LockBit 3.0"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$brand = "LockBit 3.0 the world's fastest" ascii wide nocase
		$address = /lockbit[a-z2-7]{49}\.onion/ ascii wide
		$tor = "torproject.org" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($brand and ($address or $tor))
}

rule note_lockbit_4_0
{
	meta:
		title = "Ransom note in the name of LockBit 4.0"
		why = "The wording and the contact details are those of notes left by LockBit 4.0."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LockBit 4.0"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$brand = "attacked by LockBit 4.0" ascii wide nocase
		$address = /lockbit[a-z2-7]{49}\.onion/ ascii wide
		$key = "ACCESS KEY" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($brand and ($address or $key))
}

rule note_lockbit_5_0
{
	meta:
		title = "Ransom note in the name of LockBit 5.0"
		why = "The text gives a contact address that only LockBit 5.0 uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LockBit 5.0"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lockbitapt67g6rwzjbc" ascii wide
		$address2 = "lockbitfbinpwhbyomxk" ascii wide
		$address3 = "lockbitsuppyx2jegaoy" ascii wide
		$brand = "attacked by LockBit 5.0" ascii wide nocase
		$tor = "Tor Browser" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or ($brand and $tor))
}

rule note_lockbit_any
{
	meta:
		title = "Ransom note in the name of LockBit, version not judged"
		why = "The text gives an address of the naming pattern that the LockBit group uses."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 80
		kind = "ransom-note"
		family = "LockBit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address = /lockbit[a-z2-7]{49}\.onion/ ascii wide
		$a = "stolen and encrypted" ascii wide nocase
		$b = "You must pay us" ascii wide nocase
		$c = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($address and 1 of ($a, $b, $c))
}
