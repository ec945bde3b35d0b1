/*
 * Ransom notes of families whose words were not seen in an original note. Each rule needs two traits
 * and has a low confidence.
 */

rule note_babuk
{
	meta:
		title = "Ransom note in the name of Babuk"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "Babuk"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "babuk" ascii wide nocase
		$b = "babukq4e2p4wu4iq" ascii wide
		$c = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($b and 1 of ($a, $c))
}

rule note_pysa
{
	meta:
		title = "Ransom note in the name of Pysa"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "Pysa"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "PYSA" ascii wide fullword
		$b = "pysa2bitc5ldeyfak4se" ascii wide
		$c = "Every byte on any types of your devices was encrypted" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		2 of ($a, $b, $c)
}

rule note_egregor
{
	meta:
		title = "Ransom note in the name of Egregor"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 40
		kind = "ransom-note"
		family = "Egregor"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 2
	strings:
		$a = "egregor" ascii wide nocase
		$b = "egregorwiki.top" ascii wide nocase
		$c = "decrypt" ascii wide nocase
		$d = /your (network|data|files|private data) / ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(($b and $c) or ($a and $c and $d and #a > 2))
}

rule note_lockfile
{
	meta:
		title = "Ransom note in the name of LockFile"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "LockFile"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "contact@contipauper.com" ascii wide nocase
		$b = "LOCKFILE" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_rorschach
{
	meta:
		title = "Ransom note in the name of Rorschach"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "Rorschach"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "wvpater@onionmail.org" ascii wide nocase
		$b = "Decryption ID:" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_zeppelin
{
	meta:
		title = "Ransom note in the name of Zeppelin"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "Zeppelin"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "ALL YOUR FILES ARE ENCRYPTED" ascii wide nocase
		$id = /Your personal ID: {0,2}[0-9A-F]{3}-[0-9A-F]{3}-[0-9A-F]{3}/ ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $id)
}

rule note_globeimposter
{
	meta:
		title = "Ransom note in the name of GlobeImposter"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "GlobeImposter"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "YOUR PERSONAL ID" ascii wide nocase
		$b = "For data recovery needs decryptor" ascii wide nocase
		$c = "Your files are Encrypted!" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		2 of ($b, $c) and ($a or $b)
}

rule note_wannacry
{
	meta:
		title = "Ransom note in the name of WannaCry"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "WannaCry"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "WanaDecrypt0r" ascii wide nocase
		$b = "WanaDecryptor" ascii wide nocase
		$c = "@Please_Read_Me@" ascii wide nocase
		$d = "gx7ekbenv2riucmf" ascii wide
		$e = "57g7spgrzlojinas" ascii wide
		$f = "Ooops, your" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		2 of ($a, $b, $c, $d, $e, $f) and 1 of ($d, $e, $f)
}

rule note_notpetya
{
	meta:
		title = "Ransom note in the name of NotPetya"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 60
		kind = "ransom-note"
		family = "NotPetya"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "wowsmith123456@posteo.net" ascii wide nocase
		$b = "1Mz7153HMuxXTuR2R1t78mGSdzaAtNbBWX" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_deadbolt_nas
{
	meta:
		title = "Ransom note in the name of DeadBolt (NAS)"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 50
		kind = "ransom-note"
		family = "DeadBolt (NAS)"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "locked by DeadBolt" ascii wide nocase
		$b = "0.03" ascii wide nocase
		$c = "bitcoin" ascii wide nocase
		$d = "deadbolt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(($a and 1 of ($b, $c)) or ($d and $b and $c))
}

rule note_diskstation_nas
{
	meta:
		title = "Ransom note in the name of Diskstation (NAS)"
		why = "The text carries two or more phrases known from notes of this family; the phrases were not checked against an original."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 40
		kind = "ransom-note"
		family = "Diskstation (NAS)"
		technique = "T1486"
		source = "Analyst knowledge, tokens not re-verified in a note"
		version = 1
	strings:
		$a = "diskstation" ascii wide nocase
		$b = "All Data will be locked permanently" ascii wide nocase
		$c = "umbrella" ascii wide nocase
		$d = "decrypt" ascii wide nocase
		$e = "bitcoin" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($a and $d and $e and 1 of ($b, $c))
}
