/*
 * Tools that look around in a network. Many have an honest use: medium at most, unless made for attack.
 */

rule adfind
{
	meta:
		title = "Network tool AdFind"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "A domain administrator may use AdFind."
		severity = "medium"
		confidence = 80
		kind = "yara"
		family = "AdFind"
		technique = "T1087.002"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "AdFind" ascii wide
		$b = "joeware" ascii wide
		$c = "adcsv" ascii wide
		$d = "trustdmp" ascii wide
		$e = "adinfo" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		$a and 2 of ($b, $c, $d, $e)
}

rule advanced_ip_scanner
{
	meta:
		title = "Network tool Advanced IP Scanner"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "ICT staff use network scanners too."
		severity = "medium"
		confidence = 75
		kind = "yara"
		family = "Advanced IP Scanner"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "Famatech" wide
		$b = "Advanced IP Scanner" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		all of them
}

rule advanced_port_scanner
{
	meta:
		title = "Network tool Advanced Port Scanner"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "ICT staff use network scanners too."
		severity = "medium"
		confidence = 75
		kind = "yara"
		family = "Advanced Port Scanner"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "Famatech" wide
		$b = "Advanced Port Scanner" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		all of them
}

rule softperfect_netscan
{
	meta:
		title = "Network tool SoftPerfect Network Scanner"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "ICT staff use network scanners too."
		severity = "medium"
		confidence = 75
		kind = "yara"
		family = "SoftPerfect Network Scanner"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "SoftPerfect" wide
		$b = "Network Scanner" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		all of them
}

rule angry_ip
{
	meta:
		title = "Network tool Angry IP Scanner"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "ICT staff use network scanners too."
		severity = "medium"
		confidence = 75
		kind = "yara"
		family = "Angry IP Scanner"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "Angry IP Scanner" ascii wide
		$b = "net.azib.ipscan" ascii wide
		$c = "ipscan" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		2 of them
}

rule nbtscan
{
	meta:
		title = "Network tool NBTscan"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "ICT staff use network scanners too."
		severity = "medium"
		confidence = 65
		kind = "yara"
		family = "NBTscan"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "nbtscan" ascii wide nocase
		$b = "NBT name scan" ascii wide nocase
		$c = "Doing NBT name scan" ascii wide nocase
		$d = "unixwiz.net" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 2MB and
		2 of them
}

rule fscan
{
	meta:
		title = "Network tool fscan"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 75
		kind = "yara"
		family = "fscan"
		technique = "T1046"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "shadow1ng/fscan" ascii
		$b = "fscan version" ascii
		$c = "WebScan/" ascii
		$d = "ms17010" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule pingcastle
{
	meta:
		title = "Network tool PingCastle"
		why = "The tool shows which machines and shares there are; intruders run it in the days before the encryption."
		innocent = "A health check of the domain that the ICT service ordered."
		severity = "low"
		confidence = 70
		kind = "yara"
		family = "PingCastle"
		technique = "T1087.002"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "PingCastle" ascii wide
		$b = "ad_hc_" ascii wide
		$c = "healthcheck" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		all of them
}

rule everything_search
{
	meta:
		title = "Network tool Everything"
		why = "Everything finds files by name in a moment; some ransomware brings it along."
		innocent = "A popular search program; only its place and time can tell more."
		severity = "info"
		confidence = 70
		kind = "yara"
		family = "Everything"
		technique = "T1083"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "voidtools" wide
		$b = "Everything" wide
		$c = "Everything.ini" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		all of them
}

rule grixba
{
	meta:
		title = "Network tool Grixba"
		why = "Grixba lists protection and backup programs of a network; only the Play group is known to use it."
		innocent = "None known."
		severity = "high"
		confidence = 60
		kind = "yara"
		family = "Grixba"
		technique = "T1518.001"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "GRB_NET" ascii wide
		$b = "GT_NET" ascii wide
		$c = "export.zip" ascii wide
		$d = "Inf_g.csv" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		1 of ($a, $b) and 1 of ($c, $d)
}

rule adfind_output
{
	meta:
		title = "Output of AdFind"
		why = "The text is a list of accounts or machines of the domain as AdFind prints it; it shows what the intruder learned."
		innocent = "An inventory made by a domain administrator."
		severity = "medium"
		confidence = 70
		kind = "yara"
		family = "AdFind"
		technique = "T1087.002"
		source = "joeware AdFind; analyst knowledge"
		version = 1
	strings:
		$b = /\nAdFind V[0-9]{2}\.[0-9]{2}\.[0-9]{2}/
		$c = "Using server: "
		$d = "Directory: Windows"
		$e = ">objectClass: "
		$f = "Objects returned"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 20MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$b and 2 of ($c, $d, $e, $f)
}

rule bloodhound_data
{
	meta:
		title = "Data that BloodHound collected"
		why = "The file describes accounts and rights of the domain in the form that BloodHound reads; it shows what the intruder learned."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 75
		kind = "yara"
		family = "SharpHound"
		technique = "T1087.002"
		source = "BloodHound project"
		version = 1
	strings:
		$a = "\"meta\":"
		$b = "\"methods\":"
		$c = "\"ObjectIdentifier\":"
		$d = "\"highvalue\":"
		$e = "\"serviceprincipalnames\":"
		$f = "\"PrimaryGroupSID\":"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 50MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $c and 1 of ($d, $e, $f)
}
