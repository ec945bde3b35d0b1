/*
 * Programs, scripts and output that serve to steal passwords, and tools that map a network.
 */

rule mimikatz
{
	meta:
		title = "Mimikatz"
		why = "Mimikatz reads passwords and tickets of signed-on people from memory."
		innocent = "A security test that was agreed, or a protection product that knows these words."
		severity = "high"
		confidence = 85
		kind = "credential-access"
		family = "Mimikatz"
		technique = "T1003.001"
		source = "Mimikatz project; analyst knowledge"
		version = 1
	strings:
		$a = "gentilkiwi" ascii wide
		$b = "sekurlsa" ascii wide
		$c = "logonpasswords" ascii wide
		$d = "kuhl_m_" ascii wide
		$e = "mimikatz" ascii wide
		$f = "lsadump" ascii wide
		$g = "Benjamin DELPY" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		4 of them
}

rule mimikatz_driver
{
	meta:
		title = "Mimikatz driver or password filter"
		why = "This file lets Mimikatz pass the protection of Windows or catch each password typed."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = "Mimikatz"
		technique = "T1547.005"
		source = "Mimikatz project; analyst knowledge"
		version = 1
	strings:
		$a = "mimidrv" ascii wide
		$b = "mimilib" ascii wide
		$c = "kiwissp" ascii wide
		$d = "mimikatz driver" ascii wide
		$e = "gentilkiwi" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 3MB and
		2 of them
}

rule lsass_dump
{
	meta:
		title = "Memory dump of the Windows sign-on process"
		why = "In the memory of lsass.exe stand passwords and tickets; a copy of it can be searched at leisure elsewhere."
		innocent = "An error report that Windows or support staff made."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = ""
		technique = "T1003.001"
		source = "Microsoft minidump format"
		version = 1
	strings:
		$a = "lsass.exe" wide
		$b = "lsasrv.dll" wide
		$c = "wdigest.dll" wide
	condition:
		uint32(0) == 0x504D444D and
		filesize < 400MB and
		$a and $b and $c
}

rule rubeus
{
	meta:
		title = "Rubeus"
		why = "Rubeus asks for and forges Kerberos tickets, the keys of a Windows domain."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 85
		kind = "credential-access"
		family = "Rubeus"
		technique = "T1558"
		source = "GhostPack project; analyst knowledge"
		version = 1
	strings:
		$a = "asreproast" ascii wide
		$b = "kerberoast" ascii wide
		$c = "Rubeus" ascii wide
		$d = "/ptt" ascii wide
		$e = "s4u" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		4 of them
}

rule certify
{
	meta:
		title = "Certify"
		why = "Certify looks for weak settings of the certificate service, by which an intruder becomes administrator."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 75
		kind = "credential-access"
		family = "Certify"
		technique = "T1649"
		source = "GhostPack project; analyst knowledge"
		version = 1
	strings:
		$a = "Certify" ascii wide
		$b = "ENROLLEE_SUPPLIES_SUBJECT" ascii wide
		$c = "/vulnerable" ascii wide
		$d = "pKIExtendedKeyUsage" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		3 of them
}

rule sharphound
{
	meta:
		title = "SharpHound"
		why = "SharpHound collects all accounts, groups and rights of the domain, to find the shortest way to full power."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = "SharpHound"
		technique = "T1087.002"
		source = "BloodHound project; analyst knowledge"
		version = 1
	strings:
		$a = "SharpHound" ascii wide
		$b = "BloodHound" ascii wide
		$c = "SharpHoundCommon" ascii wide
		$d = "CollectionMethod" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 20MB and
		3 of them
}

rule lazagne
{
	meta:
		title = "LaZagne"
		why = "LaZagne collects the passwords that browsers, mail and other programs have stored."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 65
		kind = "credential-access"
		family = "LaZagne"
		technique = "T1555"
		source = "LaZagne project; analyst knowledge"
		version = 1
	strings:
		$a = "laZagne" ascii wide
		$b = "lazagne.softwares" ascii wide
		$c = "lazagne.config" ascii wide
		$d = "LaZagne" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		2 of them
}

rule nirsoft_passwords
{
	meta:
		title = "NirSoft tool that shows stored passwords"
		why = "The tool shows passwords that are stored on the machine."
		innocent = "Support staff use these tools to help people who forgot a password."
		severity = "medium"
		confidence = 75
		kind = "credential-access"
		family = "NirSoft"
		technique = "T1555"
		source = "NirSoft product pages; analyst knowledge"
		version = 1
	strings:
		$n = "NirSoft" ascii wide
		$a = "WebBrowserPassView" ascii wide
		$b = "Mail PassView" ascii wide
		$c = "Network Password Recovery" ascii wide
		$d = "ChromePass" ascii wide
		$e = "Remote Desktop PassView" ascii wide
		$f = "VNCPassView" ascii wide
		$g = "BulletsPassView" ascii wide
		$h = "Protected Storage PassView" ascii wide
		$i = "Dialupass" ascii wide
		$j = "RouterPassView" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		$n and 1 of ($a, $b, $c, $d, $e, $f, $g, $h, $i, $j)
}

rule procdump
{
	meta:
		title = "ProcDump"
		why = "ProcDump writes the memory of a program to a file; used on lsass.exe it yields passwords."
		innocent = "Developers and support staff use ProcDump to find faults."
		severity = "medium"
		confidence = 70
		kind = "credential-access"
		family = "ProcDump"
		technique = "T1003.001"
		source = "Microsoft Sysinternals; analyst knowledge"
		version = 1
	strings:
		$a = "Sysinternals process dump utility" wide
		$b = "ProcDump" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		all of them
}

rule nanodump
{
	meta:
		title = "NanoDump or HandleKatz"
		why = "This program copies the memory of the sign-on process while hiding from protection software."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 75
		kind = "credential-access"
		family = "NanoDump"
		technique = "T1003.001"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "nanodump" ascii wide nocase
		$b = "handlekatz" ascii wide nocase
		$c = "lsass" ascii wide nocase
		$d = "invalid signature" ascii wide nocase
		$e = "malseclogon" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		1 of ($a, $b) and $c and 1 of ($d, $e)
}

rule kekeo
{
	meta:
		title = "Kekeo"
		why = "Kekeo forges and reads Kerberos tickets."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = "Kekeo"
		technique = "T1558"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "kekeo" ascii wide
		$b = "gentilkiwi" ascii wide
		$c = "kull_m_kerberos" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		2 of them
}

rule kerbrute_windows
{
	meta:
		title = "Kerbrute (Windows program)"
		why = "Kerbrute tries passwords for many accounts of a domain."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = "Kerbrute"
		technique = "T1110.003"
		source = "Kerbrute project; analyst knowledge"
		version = 1
	strings:
		$a = "ropnop/kerbrute" ascii
		$b = "passwordspray" ascii
		$c = "userenum" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 30MB and
		2 of them
}

rule kerbrute_linux
{
	meta:
		title = "Kerbrute (Linux program)"
		why = "Kerbrute tries passwords for many accounts of a domain."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 80
		kind = "credential-access"
		family = "Kerbrute"
		technique = "T1110.003"
		source = "Kerbrute project; analyst knowledge"
		version = 1
	strings:
		$a = "ropnop/kerbrute" ascii
		$b = "passwordspray" ascii
		$c = "userenum" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 30MB and
		2 of them
}

rule hash_list
{
	meta:
		title = "List of password hashes of Windows accounts"
		why = "The text holds accounts with their password hashes, as secretsdump and similar tools write them; each one must be seen as known to the attacker."
		innocent = "A password audit that the ICT service ordered."
		severity = "high"
		confidence = 85
		kind = "credential-access"
		family = ""
		technique = "T1003"
		source = "Impacket project; pwdump format"
		version = 1
	strings:
		$a = /:[0-9]{3,7}:[0-9a-fA-F]{32}:[0-9a-fA-F]{32}:::/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		#a > 2
}

rule kerberos_hash_list
{
	meta:
		title = "Kerberos hashes prepared for guessing"
		why = "The text holds encrypted parts of tickets, from which passwords of service accounts are guessed elsewhere."
		innocent = "A password audit that the ICT service ordered."
		severity = "high"
		confidence = 85
		kind = "credential-access"
		family = ""
		technique = "T1558.003"
		source = "hashcat example formats"
		version = 1
	strings:
		$a = /\$krb5tgs\$(17|18|23)\$[^\s]{1,200}\$[0-9a-fA-F]{32}/
		$b = /\$krb5asrep\$(23\$)?[^\s]{1,200}:[0-9a-fA-F]{32}\$/
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b)
}

rule script_powersploit
{
	meta:
		title = "PowerShell attack script that steals passwords"
		why = "The script brings well known functions for the theft of passwords and tickets."
		innocent = "A security test, or detection rules that name these functions."
		severity = "high"
		confidence = 65
		kind = "credential-access"
		family = "PowerSploit"
		technique = "T1059.001"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "function Invoke-Mimikatz" nocase
		$b = "function Invoke-Kerberoast" nocase
		$c = "function Invoke-DCSync" nocase
		$d = "function Get-GPPPassword" nocase
		$e = "function Invoke-NinjaCopy" nocase
		$f = "function Invoke-InternalMonologue" nocase
		$g = "function Invoke-PowerDump" nocase
		$h = "function Invoke-TokenManipulation" nocase
		$p = "param" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		1 of ($a, $b, $c, $d, $e, $f, $g, $h) and $p
}

rule script_powerview
{
	meta:
		title = "PowerShell script that maps the domain"
		why = "The script brings functions that list accounts, rights and shares of the whole domain."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 65
		kind = "yara"
		family = "PowerView"
		technique = "T1087.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "function Get-DomainUser" nocase
		$b = "function Get-NetDomainController" nocase
		$c = "function Find-LocalAdminAccess" nocase
		$d = "function Invoke-ShareFinder" nocase
		$e = "function Get-DomainObjectAcl" nocase
		$f = "function Invoke-BloodHound" nocase
		$g = "function Invoke-UserHunter" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		2 of ($a, $b, $c, $d, $e, $f, $g)
}

rule script_veeam_passwords
{
	meta:
		title = "Script that reads the passwords stored in Veeam"
		why = "The script decrypts the accounts that the backup server knows; with them the backups are next."
		innocent = "An administrator who moves Veeam to a new server."
		severity = "high"
		confidence = 65
		kind = "credential-access"
		family = "Veeam"
		technique = "T1555"
		source = "CISA StopRansomware advisories; analyst knowledge"
		version = 1
	strings:
		$a = "VeeamBackup" nocase
		$b = "ProtectedStorage" nocase
		$c = "[dbo].[Credentials]" nocase
		$d = "ProtectedData]::Unprotect" nocase
		$e = "EncryptionSalt" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and 2 of ($b, $c, $d, $e)
}

rule gpp_password
{
	meta:
		title = "Group policy file with a stored password"
		why = "The key of this password is public, so everyone in the domain can read it."
		innocent = "An old policy that was never cleaned up."
		severity = "medium"
		confidence = 80
		kind = "credential-access"
		family = ""
		technique = "T1552.006"
		source = "Microsoft MS14-025"
		version = 1
	strings:
		$a = /cpassword="[A-Za-z0-9+\/]{20,}={0,2}"/
		$b = "<Properties"
		$c = "clsid=\"{"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $c
}

rule script_ntds_copy
{
	meta:
		title = "Script or trace that copies the account database of the domain"
		why = "The command takes a copy of ntds.dit, in which the passwords of the whole domain stand."
		innocent = "A documented move or backup of a domain controller."
		severity = "high"
		confidence = 60
		kind = "credential-access"
		family = ""
		technique = "T1003.003"
		source = "MITRE ATT&CK T1003.003"
		version = 1
	strings:
		$a = /ntdsutil(\.exe)?[^\r\n]{0,60}ifm/ nocase
		$b = /esentutl(\.exe)?[^\r\n]{0,60}ntds\.dit/ nocase
		$c = /copy [^\r\n]{0,20}HarddiskVolumeShadowCopy[0-9]{1,3}[^\r\n]{0,30}ntds\.dit/ nocase
		$d = /create full +[a-z]:\\/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($a and $d) or $b or $c)
}

rule script_lsass_dump
{
	meta:
		title = "Script that copies the memory of the sign-on process"
		why = "The command writes the memory of lsass.exe to a file, from which passwords are read."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 65
		kind = "credential-access"
		family = ""
		technique = "T1003.001"
		source = "LOLBAS; MITRE ATT&CK T1003.001"
		version = 1
	strings:
		$a = /comsvcs(\.dll)?[, ]{1,3}(#?\+?24|MiniDump)/ nocase
		$b = /procdump(64)?(\.exe)? [^\r\n]{0,60}-ma [^\r\n]{0,40}lsass/ nocase
		$c = "rundll32" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($b or ($a and $c))
}
