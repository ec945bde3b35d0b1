/*
 * Programs and scripts that encrypt or that clear the way for it. Header tests come first.
 */

rule program_destroys_backups
{
	meta:
		title = "Program that deletes restore points and stops boot repair"
		why = "The program carries several of the commands that make a restore without a backup impossible."
		innocent = "A backup or clean-up product, or a protection product that watches for these commands."
		severity = "high"
		confidence = 65
		kind = "backup-destroyed"
		family = ""
		technique = "T1490"
		source = "MITRE ATT&CK T1490"
		version = 1
	strings:
		$shadow1 = "delete shadows" ascii wide nocase
		$shadow2 = "shadowcopy delete" ascii wide nocase
		$shadow3 = "Win32_ShadowCopy" ascii wide nocase
		$shadow4 = "resize shadowstorage" ascii wide nocase
		$catalog = "delete catalog" ascii wide nocase
		$state = "delete systemstatebackup" ascii wide nocase
		$boot1 = "recoveryenabled no" ascii wide nocase
		$boot2 = "bootstatuspolicy ignoreallfailures" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		3 of them
}

rule program_with_ransom_text
{
	meta:
		title = "Program that carries the text of a ransom note"
		why = "Ransomware holds the note that it leaves; this program contains an address for Tor and the usual sentences."
		innocent = "A protection product or an analysis tool that knows such texts."
		severity = "high"
		confidence = 65
		kind = "yara"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address = /[a-z2-7]{56}\.onion/ ascii wide
		$say1 = "your files" ascii wide nocase
		$say2 = "your network" ascii wide nocase
		$say3 = "your data" ascii wide nocase
		$enc = "encrypted" ascii wide nocase
		$dec = "decrypt" ascii wide nocase
		$tor = "Tor Browser" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 20MB and
		$address and $enc and $dec and $tor and any of ($say*)
}

rule program_with_ransom_text_linux
{
	meta:
		title = "Linux program that carries the text of a ransom note"
		why = "Ransomware holds the note that it leaves; this program contains an address for Tor and the usual sentences."
		innocent = "An analysis tool that knows such texts."
		severity = "high"
		confidence = 65
		kind = "yara"
		family = ""
		technique = "T1486"
		source = "Own observation over ThreatLabz ransomware_notes"
		version = 1
	strings:
		$address = /[a-z2-7]{56}\.onion/ ascii
		$say1 = "your files" nocase
		$say2 = "your network" nocase
		$say3 = "your data" nocase
		$enc = "encrypted" nocase
		$dec = "decrypt" nocase
		$tor = "Tor Browser" nocase
	condition:
		uint32(0) == 0x464C457F and
		filesize < 20MB and
		$address and $enc and $dec and $tor and any of ($say*)
}

rule program_esxi_encryptor
{
	meta:
		title = "Linux program made to encrypt virtual machines"
		why = "The program stops virtual machines and names the files of their disks; this is what ransomware for ESXi does."
		innocent = "A backup agent for ESXi."
		severity = "high"
		confidence = 70
		kind = "yara"
		family = ""
		technique = "T1486"
		source = "Analyst knowledge; CISA StopRansomware advisories"
		version = 1
	strings:
		$kill1 = "esxcli vm process" ascii
		$kill2 = "vim-cmd vmsvc" ascii
		$kill3 = "esxcli --formatter=csv" ascii
		$disk1 = ".vmdk" ascii
		$disk2 = ".vmem" ascii
		$disk3 = ".vswp" ascii
		$disk4 = ".vmsn" ascii
		$enc = "encrypt" ascii nocase
	condition:
		uint32(0) == 0x464C457F and
		filesize < 20MB and
		any of ($kill*) and 2 of ($disk*) and $enc
}

rule program_babuk_mark
{
	meta:
		title = "Program built from the leaked Babuk code"
		why = "The program carries the sentence that Babuk writes at the end of each encrypted file."
		innocent = "A protection product that looks for this sentence, or a decryption tool."
		severity = "high"
		confidence = 75
		kind = "yara"
		family = "Babuk"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	strings:
		$mark = "choung dong looks like hot dog!!" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		$mark
}

rule program_babuk_mark_linux
{
	meta:
		title = "Linux program built from the leaked Babuk code"
		why = "The program carries the sentence that Babuk writes at the end of each encrypted file."
		innocent = "A decryption tool."
		severity = "high"
		confidence = 75
		kind = "yara"
		family = "Babuk"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	strings:
		$mark = "choung dong looks like hot dog!!" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 10MB and
		$mark
}

rule program_diskcryptor
{
	meta:
		title = "Disk encryption driver or tool DiskCryptor"
		why = "DiskCryptor locks whole disks; some groups use it in place of their own ransomware."
		innocent = "A person who chose DiskCryptor to protect a disk."
		severity = "medium"
		confidence = 65
		kind = "encrypted"
		family = "DiskCryptor abuse"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "DiskCryptor" wide
		$b = "dcrypt.sys" ascii wide
		$c = "dcapi.dll" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		$a and 1 of ($b, $c)
}

rule program_lockbit_switches
{
	meta:
		title = "Program that names the switches of a LockBit encryptor"
		why = "The program carries command switches and texts known from LockBit encryptors."
		innocent = "A protection product that looks for these texts."
		severity = "high"
		confidence = 55
		kind = "yara"
		family = "LockBit"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "LockBit Black" wide
		$b = "LockBit_Ransomware.hta" ascii wide
		$c = "Restore-My-Files.txt" ascii wide
		$d = "\\LockBit_" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them
}

rule program_wannacry
{
	meta:
		title = "WannaCry program"
		why = "The program carries file names that only WannaCry uses."
		innocent = "A protection product that looks for these names."
		severity = "high"
		confidence = 80
		kind = "yara"
		family = "WannaCry"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "tasksche.exe" ascii wide
		$b = "@WanaDecryptor@" ascii wide
		$c = "WNcry@2ol7" ascii
		$d = "mssecsvc.exe" ascii wide
		$e = "@Please_Read_Me@" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them
}

rule program_akira_windows
{
	meta:
		title = "Akira encryptor"
		why = "The program carries the switches and the note name of the Akira encryptor."
		innocent = "A protection product that looks for these texts."
		severity = "high"
		confidence = 70
		kind = "yara"
		family = "Akira"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "akira_readme.txt" ascii wide
		$b = "--encryption_percent" ascii wide
		$c = "--encryption_path" ascii wide
		$d = "--share_file" ascii wide
		$e = "akiralkzxzq2dsrzsrvb" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 20MB and
		2 of them
}

rule program_akira_linux
{
	meta:
		title = "Akira encryptor for Linux or ESXi"
		why = "The program carries the switches and the note name of the Akira encryptor."
		innocent = "None known."
		severity = "high"
		confidence = 70
		kind = "yara"
		family = "Akira"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "akira_readme.txt" ascii
		$b = "--encryption_percent" ascii
		$c = "--encryption_path" ascii
		$d = "--share_file" ascii
		$e = "akiralkzxzq2dsrzsrvb" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 20MB and
		2 of them
}
