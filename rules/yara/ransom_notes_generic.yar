/*
 * Notes of families that no other rule knows. Generic: never alone on page 1.
 */

rule note_generic_onion
{
	meta:
		title = "Text that reads like a ransom note and gives a Tor address"
		why = "The text says that files were encrypted or stolen, asks for contact and gives an address that only Tor can open."
		innocent = "A security lesson, a mail warning or an article about ransomware that quotes such a text."
		severity = "high"
		confidence = 60
		kind = "ransom-note"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address = /[a-z2-7]{56}\.onion/ ascii wide
		$tor1 = "Tor Browser" ascii wide nocase
		$tor2 = "torproject.org" ascii wide nocase
		$enc1 = "encrypted" ascii wide nocase
		$enc2 = "decrypt" ascii wide nocase
		$enc3 = "stolen" ascii wide nocase
		$enc4 = "downloaded" ascii wide nocase
		$say1 = "your files" ascii wide nocase
		$say2 = "your network" ascii wide nocase
		$say3 = "your data" ascii wide nocase
		$say4 = "your company" ascii wide nocase
		$say5 = "all files" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		$address and
		any of ($tor*) and
		2 of ($enc*) and
		any of ($say*)
}

rule note_generic_mail
{
	meta:
		title = "Text that reads like a ransom note and gives an anonymous mail address"
		why = "The text says that files were encrypted, offers a trial decryption and gives a mail address at a provider that asks for no identity."
		innocent = "A security lesson, a mail warning or an article about ransomware that quotes such a text."
		severity = "medium"
		confidence = 55
		kind = "ransom-note"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$mail = /@(protonmail|proton|tutanota|tutamail|tuta|onionmail|cock|airmail|firemail|cyberfear|mailfence|aol|keemail|msgsafe|ctemplar|xmpp)\.(com|ch|me|li|cc|org|io)/ ascii wide nocase
		$enc1 = "encrypted" ascii wide nocase
		$enc2 = "decrypt" ascii wide nocase
		$free1 = "for free" ascii wide nocase
		$free2 = "Free decryption" ascii wide nocase
		$warn1 = "not rename" ascii wide nocase
		$warn2 = "third party" ascii wide nocase
		$warn3 = "third-party" ascii wide nocase
		$warn4 = "permanent data loss" ascii wide nocase
		$warn5 = "do not modify" ascii wide nocase
		$pay1 = "bitcoin" ascii wide nocase
		$pay2 = "payment" ascii wide nocase
		$pay3 = "ransom" ascii wide nocase
		$say1 = "your files" ascii wide nocase
		$say2 = "your network" ascii wide nocase
		$say3 = "your data" ascii wide nocase
		$say4 = "your company" ascii wide nocase
		$say5 = "all files" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		$mail and
		all of ($enc*) and
		any of ($say*) and
		any of ($warn*) and
		(any of ($free*) or any of ($pay*))
}

rule note_generic_tox
{
	meta:
		title = "Text that reads like a ransom note and gives a Tox chat address"
		why = "The text says that data was encrypted or stolen and asks to be contacted over the anonymous Tox messenger."
		innocent = "A security lesson, a mail warning or an article about ransomware that quotes such a text."
		severity = "medium"
		confidence = 55
		kind = "ransom-note"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$tox1 = "tox.chat" ascii wide nocase
		$tox2 = "qtox.github" ascii wide nocase
		$tox3 = /TOX(_| )?(ID)?[ :]{0,3}[\r\n]{0,4}[0-9A-F]{76}/ ascii wide nocase
		$enc1 = "encrypted" ascii wide nocase
		$enc2 = "stolen" ascii wide nocase
		$enc3 = "decrypt" ascii wide nocase
		$enc4 = "leak" ascii wide nocase
		$say1 = "your files" ascii wide nocase
		$say2 = "your network" ascii wide nocase
		$say3 = "your data" ascii wide nocase
		$say4 = "your company" ascii wide nocase
		$say5 = "all files" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($tox*) and
		2 of ($enc*) and
		any of ($say*)
}

rule note_generic_fill_in
{
	meta:
		title = "Ransom note with its victim fields still empty"
		why = "The text is a ransom note from which the builder has not yet filled in the victim identifier; such a text lies beside the tools of the attacker."
		innocent = "A security lesson, a mail warning or an article about ransomware that quotes such a text."
		severity = "medium"
		confidence = 45
		kind = "ransom-note"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "{EXT}" ascii wide
		$b = "{{ext}}" ascii wide
		$c = "{{id}}" ascii wide
		$d = "{PATTERN_ID}" ascii wide
		$e = "%cid_bot%" ascii wide
		$enc1 = "encrypted" ascii wide nocase
		$enc2 = "decrypt" ascii wide nocase
		$say1 = "your files" ascii wide nocase
		$say2 = "your network" ascii wide nocase
		$say3 = "your data" ascii wide nocase
		$say4 = "your company" ascii wide nocase
		$say5 = "all files" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($a, $b, $c, $d, $e) and
		all of ($enc*) and
		any of ($say*)
}
