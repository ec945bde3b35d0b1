/*
 * Ransom notes of further families, smaller or older, so that a note of theirs still gets its name.
 * Facts: ThreatLabz/ransomware_notes (MIT). Rule text: this project.
 */

rule note_0apt
{
	meta:
		title = "Ransom note in the name of 0APT"
		why = "The text gives a contact address that only 0APT uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "0APT"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "oaptxiyisljt2kv3we2w" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_abyss_locker
{
	meta:
		title = "Ransom note in the name of Abyss Locker"
		why = "The text gives a contact address that only Abyss Locker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Abyss Locker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "jqlcrn2fsfvxlngdq53r" ascii wide
		$address2 = "jwqpucwiolhmivnqt7qw" ascii wide
		$a = "We are the Abyss." ascii wide nocase
		$b = "crypted" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_ailock
{
	meta:
		title = "Ransom note in the name of AiLock"
		why = "The text gives a contact address that only AiLock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "AiLock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "qs6wu56n2adj7qrjg25d" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ako
{
	meta:
		title = "Ransom note in the name of Ako"
		why = "The text gives a contact address that only Ako uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Ako"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "kwvhrdibgmmpkhkidrby" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_alpha_mydata
{
	meta:
		title = "Ransom note in the name of Alpha (MyData)"
		why = "The text gives a contact address that only Alpha (MyData) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Alpha (MyData)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "mydatae2d63il5oaxxan" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_antefrigus
{
	meta:
		title = "Ransom note in the name of AnteFrigus"
		why = "The text gives a contact address that only AnteFrigus uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "AnteFrigus"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "yboa7nidpv5jdtumgfm4" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_arcus
{
	meta:
		title = "Ransom note in the name of Arcus"
		why = "The text gives a contact address that only Arcus uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Arcus"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "arcuufpr5xxbbkin4mli" ascii wide
		$tox1 = "F6B2E01CFA4D3F2DB75E4EDD" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_audit_team
{
	meta:
		title = "Ransom note in the name of Audit Team"
		why = "The text gives a contact address that only Audit Team uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Audit Team"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "6tdqqaxftvradka5d2fr" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_aurora
{
	meta:
		title = "Ransom note in the name of Aurora"
		why = "The text gives a contact address that only Aurora uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Aurora"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ijexszhscln27nl263lm" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_aware_evolution
{
	meta:
		title = "Ransom note in the name of Aware / Evolution"
		why = "The text gives a contact address that only Aware / Evolution uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Aware / Evolution"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ui2uleaiisccbtcooyi3" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_bitransomware
{
	meta:
		title = "Ransom note in the name of BitRansomware"
		why = "The text gives a contact address that only BitRansomware uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BitRansomware"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "mrv44idagzu47oktcipn" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_blackfield
{
	meta:
		title = "Ransom note in the name of BlackField"
		why = "The text gives a contact address that only BlackField uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackField"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "xcou7t6a4qlecsr7ipmx" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_blackwater
{
	meta:
		title = "Ransom note in the name of BlackWater"
		why = "The text gives a contact address that only BlackWater uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlackWater"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "6t5g73fbzdjuhvvovuvu" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_bluesky
{
	meta:
		title = "Ransom note in the name of BlueSky"
		why = "The text gives a contact address that only BlueSky uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlueSky"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ccpyeuptrlatb2piua4u" ascii wide
		$a = "B L U E S K Y" ascii wide
		$b = "RECOVERY ID:" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_bluewind_group
{
	meta:
		title = "Ransom note in the name of BlueWind Group"
		why = "The text gives a contact address that only BlueWind Group uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "BlueWind Group"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "okikwmntpud4bapt3llk" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_booba
{
	meta:
		title = "Ransom note in the name of Booba"
		why = "The text gives a contact address that only Booba uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Booba"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "7t3zi3e7ki6iseun77of" ascii wide
		$address2 = "eazk7las3xsvsyxgww3j" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_bytes_from_heaven
{
	meta:
		title = "Ransom note in the name of Bytes From Heaven"
		why = "The text gives a contact address that only Bytes From Heaven uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Bytes From Heaven"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "jhjqe4vmwfpmjgrminvt" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cartel
{
	meta:
		title = "Ransom note in the name of Cartel"
		why = "The text gives a contact address that only Cartel uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cartel"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cartelirsn5l54ehcbal" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cerber
{
	meta:
		title = "Ransom note in the name of Cerber"
		why = "The text gives a contact address that only Cerber uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cerber"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "decrypttozxybarc" ascii wide
		$address2 = "j3qxmk6g5sk3zw62i2yh" ascii wide
		$address3 = "oqwygprskqv65j72" ascii wide
		$address4 = "p27dokhpz2n7nvgr" ascii wide
		$a = "CERBER RANSOMWARE" ascii wide nocase
		$b = "*_READ_THIS_FILE_*" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or all of ($a, $b))
}

rule note_chilelocker_arcrypter
{
	meta:
		title = "Ransom note in the name of ChileLocker / Arcrypter"
		why = "The text gives a contact address that only ChileLocker / Arcrypter uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "ChileLocker / Arcrypter"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ebljej7okwfnx5hdfikq" ascii wide
		$address2 = "xjakumydulag5z65c7kd" ascii wide
		$address3 = "z6vidveub2ypo3d3x7om" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ciphbit
{
	meta:
		title = "Ransom note in the name of CiphBit"
		why = "The text gives a contact address that only CiphBit uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "CiphBit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ciphbitbj4qxxhyzgzmw" ascii wide
		$address2 = "ciphbitqyg26jor7eeo6" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_clearwater
{
	meta:
		title = "Ransom note in the name of Clearwater"
		why = "The text gives a contact address that only Clearwater uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Clearwater"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "b6rgpykvtyqah4q5tii2" ascii wide
		$tox1 = "8C59AA9B590D61DCFB7894A1" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_cloak
{
	meta:
		title = "Ransom note in the name of Cloak"
		why = "The text gives a contact address that only Cloak uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cloak"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "47h4pwve4scndaneljfn" ascii wide
		$address2 = "6mw4yczxeqoiq7rgwnpi" ascii wide
		$address3 = "7puvv4qtcrigzbxshqib" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cryptnet
{
	meta:
		title = "Ransom note in the name of CryptNet"
		why = "The text gives a contact address that only CryptNet uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "CryptNet"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "cryptr3fmuv4di5uiczo" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cryptxxx
{
	meta:
		title = "Ransom note in the name of CryptXXX"
		why = "The text gives a contact address that only CryptXXX uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "CryptXXX"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "apvc24autvavxuc6" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_crytox
{
	meta:
		title = "Ransom note in the name of Crytox"
		why = "The text gives a contact address that only Crytox uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Crytox"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$tox1 = "18ABE3218DA414FFE887EA63" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($tox*)
}

rule note_ctb_locker
{
	meta:
		title = "Ransom note in the name of CTB-Locker"
		why = "The text gives a contact address that only CTB-Locker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "CTB-Locker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ohmva4gbywokzqso" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_cyberex
{
	meta:
		title = "Ransom note in the name of Cyberex"
		why = "The text gives a contact address that only Cyberex uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Cyberex"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "p6lm43x2ntdgx5ixdqfm" ascii wide
		$address2 = "wun2vkbns2ypyxfe7wff" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_dark_angels
{
	meta:
		title = "Ransom note in the name of Dark Angels"
		why = "The text gives a contact address that only Dark Angels uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Dark Angels"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "wemo2ysyeq6km2nqhcrz" ascii wide
		$tox1 = "EB66AAB860C618A4998118BC" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_darkbit
{
	meta:
		title = "Ransom note in the name of DarkBit"
		why = "The text gives a contact address that only DarkBit uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DarkBit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "iw6v2p3cruy7tqfup3yl" ascii wide
		$tox1 = "AB33BC51AFAC64D98226826E" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_datacarry
{
	meta:
		title = "Ransom note in the name of DataCarry"
		why = "The text gives a contact address that only DataCarry uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DataCarry"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "dcarryhaih5oldidg3tb" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_dataf
{
	meta:
		title = "Ransom note in the name of DATAF"
		why = "The text gives a contact address that only DATAF uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DATAF"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "pg3n5bteiatjf6rt7oa4" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_dataleak
{
	meta:
		title = "Ransom note in the name of DataLeak"
		why = "The text gives a contact address that only DataLeak uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "DataLeak"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "woqjumaahi662ka26jzx" ascii wide
		$tox1 = "4A4966259BE6EB1341A2A6A0" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_donut_d0nut
{
	meta:
		title = "Ransom note in the name of Donut (D0nut)"
		why = "The text gives a contact address that only Donut (D0nut) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Donut (D0nut)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "qkbbaxiuqqcqb5nox4np" ascii wide
		$tox1 = "D3404141459BC7206CC4AFEC" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_exitium
{
	meta:
		title = "Ransom note in the name of Exitium"
		why = "The text gives a contact address that only Exitium uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Exitium"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "m3ksukzn2glzfdvlusoh" ascii wide
		$tox1 = "0932023CDBDC780B80B4772D" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_ftcode
{
	meta:
		title = "Ransom note in the name of FTCode"
		why = "The text gives a contact address that only FTCode uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "FTCode"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "qvo5sd7p5yazwbrgioky" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_gandcrab
{
	meta:
		title = "Ransom note in the name of GandCrab"
		why = "The text gives a contact address that only GandCrab uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "GandCrab"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gandcrabmfe6mnef" ascii wide
		$a = "BEGIN GANDCRAB KEY" ascii wide nocase
		$b = "GANDCRAB V" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or 1 of ($a, $b))
}

rule note_the_green_blood
{
	meta:
		title = "Ransom note in the name of The Green Blood"
		why = "The text gives a contact address that only The Green Blood uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "The Green Blood"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "scbrksw5fgjtujc2ah42" ascii wide
		$tox1 = "F97A512AA18917444315510B" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_gwisinlocker
{
	meta:
		title = "Ransom note in the name of GwisinLocker"
		why = "The text gives a contact address that only GwisinLocker uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "GwisinLocker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gwisin4yznpdtzq424i3" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_icefire
{
	meta:
		title = "Ransom note in the name of IceFire"
		why = "The text gives a contact address that only IceFire uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "IceFire"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nxx3cy6aee2s53v7v5px" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_industrial_spy
{
	meta:
		title = "Ransom note in the name of Industrial Spy"
		why = "The text gives a contact address that only Industrial Spy uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Industrial Spy"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "spyarea23ttlty6qav3e" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_jaff
{
	meta:
		title = "Ransom note in the name of Jaff"
		why = "The text gives a contact address that only Jaff uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Jaff"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "rktazuzi7hbln7sy" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_kairos
{
	meta:
		title = "Ransom note in the name of Kairos"
		why = "The text gives a contact address that only Kairos uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Kairos"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nerqnacjmdy3obvevyol" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_karma
{
	meta:
		title = "Ransom note in the name of Karma"
		why = "The text gives a contact address that only Karma uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Karma"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3nvzqyo6l4wkrzumzu5a" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_killada
{
	meta:
		title = "Ransom note in the name of Killada"
		why = "The text gives a contact address that only Killada uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Killada"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "killada5556ahpb4cwma" ascii wide
		$address2 = "killada7qgdpvzpezjxa" ascii wide
		$address3 = "killadaayyuzdshwskrn" ascii wide
		$address4 = "killadahaynpqrkppe2m" ascii wide
		$address5 = "killadax36r6bbb3md67" ascii wide
		$address6 = "killadaxczzw3wnuaxky" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_krybit
{
	meta:
		title = "Ransom note in the name of Krybit"
		why = "The text gives a contact address that only Krybit uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Krybit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "krybieodq754vlwufrsu" ascii wide
		$address2 = "krybitqsdzwmhnitvwuh" ascii wide
		$address3 = "krybitx3fh5krdnhegyp" ascii wide
		$address4 = "krybitxdpxohsmjooeb3" ascii wide
		$tox1 = "071EA649F06BDB7123C99653" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_krypt
{
	meta:
		title = "Ransom note in the name of Krypt"
		why = "The text gives a contact address that only Krypt uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Krypt"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "decryptjhpol6zezc72x" ascii wide
		$address2 = "decryptrrx2fojgfcof3" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_kuiper
{
	meta:
		title = "Ransom note in the name of Kuiper"
		why = "The text gives a contact address that only Kuiper uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Kuiper"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$tox1 = "D27A7B3711CD1442A8FAC19B" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($tox*)
}

rule note_kyber
{
	meta:
		title = "Ransom note in the name of Kyber"
		why = "The text gives a contact address that only Kyber uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Kyber"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "kyblogtz6k3jtxnjjvlu" ascii wide
		$address2 = "mlnmlnnrdhcaddwll4zq" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lamashtu
{
	meta:
		title = "Ransom note in the name of Lamashtu"
		why = "The text gives a contact address that only Lamashtu uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Lamashtu"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "7jhbjbyb3zp5ziqqn6ki" ascii wide
		$address2 = "lamashtux5j74mcm7lww" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lambda
{
	meta:
		title = "Ransom note in the name of Lambda"
		why = "The text gives a contact address that only Lambda uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Lambda"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nn5ua7gc7jkllpoztymt" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_la_piovra
{
	meta:
		title = "Ransom note in the name of La Piovra"
		why = "The text gives a contact address that only La Piovra uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "La Piovra"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "et22fibzuzfyzgurm35s" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_leaknet
{
	meta:
		title = "Ransom note in the name of LeakNet"
		why = "The text gives a contact address that only LeakNet uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LeakNet"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nleakk6sejx45jxtk7x6" ascii wide
		$address2 = "zuoeinyx56bgzp26472n" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lilith
{
	meta:
		title = "Ransom note in the name of Lilith"
		why = "The text gives a contact address that only Lilith uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Lilith"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "yeuajcizwytgmrntijhx" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_linkc
{
	meta:
		title = "Ransom note in the name of Linkc"
		why = "The text gives a contact address that only Linkc uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Linkc"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "xs4psqhvekjle3qwyiav" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_luckbit
{
	meta:
		title = "Ransom note in the name of LuckBit"
		why = "The text gives a contact address that only LuckBit uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LuckBit"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "luckbit53sdne5yd5vde" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_lv
{
	meta:
		title = "Ransom note in the name of LV"
		why = "The text gives a contact address that only LV uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "LV"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "l55ysq5qjpin2vq23ul3" ascii wide
		$address2 = "rbvuetuneohce3ouxjlb" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_m3rx
{
	meta:
		title = "Ransom note in the name of M3RX"
		why = "The text gives a contact address that only M3RX uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "M3RX"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "pippahtohg6qgioqu3ix" ascii wide
		$tox1 = "9A1217BEDA4AB77052A25D17" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_mortar
{
	meta:
		title = "Ransom note in the name of Mortar"
		why = "The text gives a contact address that only Mortar uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Mortar"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hpo7htcpddfanilkntts" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_naga
{
	meta:
		title = "Ransom note in the name of Naga"
		why = "The text gives a contact address that only Naga uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Naga"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nagapay2ypwzsj7gb2hl" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nblock
{
	meta:
		title = "Ransom note in the name of NBlock"
		why = "The text gives a contact address that only NBlock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NBlock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nblockn6jjp3xxh2do4c" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nefilim
{
	meta:
		title = "Ransom note in the name of Nefilim"
		why = "The text gives a contact address that only Nefilim uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nefilim"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "hxt254aygrsziejn" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_nemesis
{
	meta:
		title = "Ransom note in the name of Nemesis"
		why = "The text gives a contact address that only Nemesis uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nemesis"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "k7kzrgcoxsjm7fujj5vo" ascii wide
		$tox1 = "D1F9B62B1505674B719AD0E4" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_nemty
{
	meta:
		title = "Ransom note in the name of Nemty"
		why = "The text gives a contact address that only Nemty uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nemty"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "zjoxyw5mkacojk5ptn2i" ascii wide
		$a = "NEMTY PROJECT V" ascii wide nocase
		$b = "NEMTY DECRYPTION KEY" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or 1 of ($a, $b))
}

rule note_netrunner
{
	meta:
		title = "Ransom note in the name of NetRunner"
		why = "The text gives a contact address that only NetRunner uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NetRunner"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "netrunnlekx5rsfc7l3k" ascii wide
		$address2 = "netrunrsb3bivj5gnwaj" ascii wide
		$tox1 = "02B37A5C56F8A4A73284B3CF" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_noname
{
	meta:
		title = "Ransom note in the name of NoName"
		why = "The text gives a contact address that only NoName uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NoName"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "7tkffbh3qiumpfjfq77p" ascii wide
		$address2 = "noname2j6zkgnt7ftxsj" ascii wide
		$address3 = "nonamef5njcxkghbjequ" ascii wide
		$tox1 = "A5F2F6058F70CE5953DC475E" ascii wide nocase
		$tox2 = "F1D0F45DBC3F4CA784D5D0D0" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_nova
{
	meta:
		title = "Ransom note in the name of Nova"
		why = "The text gives a contact address that only Nova uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Nova"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "c43mpmijbb7rrvb3gc2w" ascii wide
		$address2 = "novadmrkp4vbk2padk5t" ascii wide
		$tox1 = "8E9A6195A769FE7115F087C6" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_nullbulge
{
	meta:
		title = "Ransom note in the name of NullBulge"
		why = "The text gives a contact address that only NullBulge uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "NullBulge"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "nullblgtk7dwzpfklgkt" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_payouts_king
{
	meta:
		title = "Ransom note in the name of Payouts King"
		why = "The text gives a contact address that only Payouts King uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Payouts King"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "payoutsgn7cy6uliwevd" ascii wide
		$tox1 = "74FB30F3FCC73D6B1BCE4032" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_prolock
{
	meta:
		title = "Ransom note in the name of ProLock"
		why = "The text gives a contact address that only ProLock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "ProLock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "msaoyrayohnp32tcgwca" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_punisher
{
	meta:
		title = "Ransom note in the name of Punisher"
		why = "The text gives a contact address that only Punisher uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Punisher"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "jh3zjsqgqk5woyuls7dx" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_quicklock
{
	meta:
		title = "Ransom note in the name of QuickLock"
		why = "The text gives a contact address that only QuickLock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "QuickLock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "dmkhn64rhzqtys7rns6z" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ragnarok
{
	meta:
		title = "Ransom note in the name of Ragnarok"
		why = "The text gives a contact address that only Ragnarok uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Ragnarok"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "sushlnty2j7qdzy64qnv" ascii wide
		$m1 = "asgardmaster5@protonmail.com" ascii wide nocase
		$m2 = "ragnar0k@ctemplar.com" ascii wide nocase
		$m3 = "melling@confidential.tips" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($m*))
}

rule note_ralord
{
	meta:
		title = "Ransom note in the name of RALord"
		why = "The text gives a contact address that only RALord uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RALord"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ralord3htj7v2dkavss2" ascii wide
		$address2 = "ralordqe33mpufkpsr6z" ascii wide
		$address3 = "ralordt7gywtkkkkq2su" ascii wide
		$tox1 = "0C8E5B45C57AE244E9C904C5" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_rancoz
{
	meta:
		title = "Ransom note in the name of Rancoz"
		why = "The text gives a contact address that only Rancoz uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Rancoz"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ze677xuzard4lx4iul2y" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_ra_world
{
	meta:
		title = "Ransom note in the name of RA World"
		why = "The text gives a contact address that only RA World uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RA World"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "raworlddecssyq43oim3" ascii wide
		$address2 = "raworldw32b2qxevn3gp" ascii wide
		$tox1 = "1C2163487A1356EA767FD0F7" ascii wide nocase
		$tox2 = "358AC0F6C813DD4FD243524F" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_redalert_n13v
{
	meta:
		title = "Ransom note in the name of RedAlert (N13V)"
		why = "The text gives a contact address that only RedAlert (N13V) uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "RedAlert (N13V)"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gwvueqclwkz3h7u75cks" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_relic_project
{
	meta:
		title = "Ransom note in the name of Relic Project"
		why = "The text gives a contact address that only Relic Project uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Relic Project"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "chatc46k7dqtvvrgfqjs" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_reynolds
{
	meta:
		title = "Ransom note in the name of Reynolds"
		why = "The text gives a contact address that only Reynolds uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Reynolds"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "bs2tlg32pfjwmclm22cy" ascii wide
		$tox1 = "6F7831EBB5EEB933275BD6F4" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		(any of ($address*) or any of ($tox*))
}

rule note_rook
{
	meta:
		title = "Ransom note in the name of Rook"
		why = "The text gives a contact address that only Rook uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Rook"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "gamol6n6p2p4c3ad7gxm" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_satancd
{
	meta:
		title = "Ransom note in the name of SatanCD"
		why = "The text gives a contact address that only SatanCD uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "SatanCD"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "mzg4llxp4kaf4qq5s4hl" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_school_boys
{
	meta:
		title = "Ransom note in the name of School Boys"
		why = "The text gives a contact address that only School Boys uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "School Boys"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "pnanlicgxkku2aonwsg2" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_sensayq
{
	meta:
		title = "Ransom note in the name of SenSayQ"
		why = "The text gives a contact address that only SenSayQ uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "SenSayQ"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ppzmaodrgtg7r6zcputd" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_shadow
{
	meta:
		title = "Ransom note in the name of Shadow"
		why = "The text gives a contact address that only Shadow uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Shadow"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "lc65fb3wrvox6xlyn4hk" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_slug
{
	meta:
		title = "Ransom note in the name of Slug"
		why = "The text gives a contact address that only Slug uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Slug"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "3ytm3d25hfzvbylkxiwy" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_synapse
{
	meta:
		title = "Ransom note in the name of Synapse"
		why = "The text gives a contact address that only Synapse uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Synapse"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "ugoakjk3v6hop3epjhdg" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_teslacrypt
{
	meta:
		title = "Ransom note in the name of TeslaCrypt"
		why = "The text gives a contact address that only TeslaCrypt uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "TeslaCrypt"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "xlowfznrg4wf7dli" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_thor
{
	meta:
		title = "Ransom note in the name of Thor"
		why = "The text gives a contact address that only Thor uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Thor"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "g6gwcbiylnvrzj6txsyp" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_tommyleaks
{
	meta:
		title = "Ransom note in the name of TommyLeaks"
		why = "The text gives a contact address that only TommyLeaks uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "TommyLeaks"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "xir242nunyist4d7ksfn" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_trinity
{
	meta:
		title = "Ransom note in the name of Trinity"
		why = "The text gives a contact address that only Trinity uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Trinity"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "txtggyng5euqkyzl2knb" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_valencia
{
	meta:
		title = "Ransom note in the name of Valencia"
		why = "The text gives a contact address that only Valencia uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "Valencia"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "4tpksbx73v5bewqr7kan" ascii wide
		$address2 = "6doyqxqqj36vnedtt2zw" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_wa
{
	meta:
		title = "Ransom note in the name of WA"
		why = "The text gives a contact address that only WA uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "WA"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "weepangrbqjfsxd2noz4" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_whitelock
{
	meta:
		title = "Ransom note in the name of WhiteLock"
		why = "The text gives a contact address that only WhiteLock uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "WhiteLock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "l3e4ct2egnlfz4ymexwn" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_xleaks
{
	meta:
		title = "Ransom note in the name of XLeaks"
		why = "The text gives a contact address that only XLeaks uses for its victims."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 85
		kind = "ransom-note"
		family = "XLeaks"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address1 = "fqb6joilbbd26d574bfa" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		any of ($address*)
}

rule note_azov
{
	meta:
		title = "Ransom note in the name of Azov"
		why = "The text is that of the Azov data wiper, which gives no key back to anyone."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Azov"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "!Azov ransomware!" ascii wide nocase
		$b = "To recover your files contact us" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_biglock
{
	meta:
		title = "Ransom note in the name of BigLock"
		why = "The wording and the contact details are those of notes left by BigLock."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 65
		kind = "ransom-note"
		family = "BigLock"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "ChaCha + AES" ascii wide
		$b = "MARKED BY EXTENSION" ascii wide nocase
		$c = "YOUR FILES ARE SAFE! ONLY MODIFIED" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b, $c)
}

rule note_black_hunt
{
	meta:
		title = "Ransom note in the name of Black Hunt"
		why = "The wording and the contact details are those of notes left by Black Hunt."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Black Hunt"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "Black Hunt" ascii wide
		$b = "dectokyo@onionmail.org" ascii wide nocase
		$c = "sdjf982lkjsdvcjlksaf2kjhlksvvnktyoiasuc92lf" ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		($c or all of ($a, $b))
}

rule note_cryptomix
{
	meta:
		title = "Ransom note in the name of CryptoMix"
		why = "The wording and the contact details are those of notes left by CryptoMix."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "CryptoMix"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "ms.heisenberg@aol.com" ascii wide nocase
		$b = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_dead_by_dawn
{
	meta:
		title = "Ransom note in the name of Dead By Dawn"
		why = "The wording and the contact details are those of notes left by Dead By Dawn."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Dead By Dawn"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "DEADbyDAWN Team" ascii wide nocase
		$b = "deritim@proton.me" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($a, $b)
}

rule note_h0lygh0st
{
	meta:
		title = "Ransom note in the name of H0lyGh0st"
		why = "The wording and the contact details are those of notes left by H0lyGh0st."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "H0lyGh0st"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "H0lyGh0st" ascii wide
		$b = "Please Read this text to decrypt all files encrypted" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_nova_group
{
	meta:
		title = "Ransom note in the name of Nova Group"
		why = "The wording and the contact details are those of notes left by Nova Group."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Nova Group"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "novagroup@onionmail.org" ascii wide nocase
		$b = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}

rule note_ranzy_locker
{
	meta:
		title = "Ransom note in the name of Ranzy Locker"
		why = "The wording and the contact details are those of notes left by Ranzy Locker."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Ranzy Locker"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "eviluser@tutanota.com" ascii wide nocase
		$b = "evilpr0ton@protonmail.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($a, $b)
}

rule note_scarecrow
{
	meta:
		title = "Ransom note in the name of ScareCrow"
		why = "The wording and the contact details are those of notes left by ScareCrow."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "ScareCrow"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "ScareCrow encrypted your files" ascii wide nocase
		$b = "@ScareCrowRestore" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($a, $b)
}

rule note_vohuk
{
	meta:
		title = "Ransom note in the name of Vohuk"
		why = "The wording and the contact details are those of notes left by Vohuk."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Vohuk"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "Vohuk Ransomware" ascii wide nocase
		$b = "decfile@tutanota.com" ascii wide nocase
		$c = "decfile@cyberfear.com" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		1 of ($a, $b, $c)
}

rule note_xorist
{
	meta:
		title = "Ransom note in the name of Xorist"
		why = "The wording and the contact details are those of notes left by Xorist."
		innocent = "A saved advisory, news article or indicator list that quotes the note."
		severity = "high"
		confidence = 75
		kind = "ransom-note"
		family = "Xorist"
		technique = "T1486"
		source = "ThreatLabz ransomware_notes"
		version = 1
	strings:
		$a = "Fast_decrypt_and_protect@tutanota.com" ascii wide nocase
		$b = "decrypt" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		all of ($a, $b)
}
