/*
 * Programs and settings by which data leaves. Programs that a town may use itself: medium at most.
 */

rule rclone_windows
{
	meta:
		title = "Rclone (Windows program)"
		why = "Rclone copies whole folders to a cloud; it is the tool that ransomware groups use most to take data away."
		innocent = "A backup to the cloud that the ICT service set up."
		severity = "medium"
		confidence = 80
		kind = "exfiltration"
		family = "Rclone"
		technique = "T1567.002"
		source = "Rclone project; CISA StopRansomware advisories"
		version = 1
	strings:
		$a = "github.com/rclone/rclone" ascii
		$b = "rclone.org" ascii
		$c = "RCLONE_CONFIG" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 100MB and
		2 of them
}

rule rclone_linux
{
	meta:
		title = "Rclone (Linux program)"
		why = "Rclone copies whole folders to a cloud; it is the tool that ransomware groups use most to take data away."
		innocent = "A backup to the cloud that the ICT service set up."
		severity = "medium"
		confidence = 80
		kind = "exfiltration"
		family = "Rclone"
		technique = "T1567.002"
		source = "Rclone project; CISA StopRansomware advisories"
		version = 1
	strings:
		$a = "github.com/rclone/rclone" ascii
		$b = "rclone.org" ascii
		$c = "RCLONE_CONFIG" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 100MB and
		2 of them
}

rule config_rclone
{
	meta:
		title = "Rclone settings with a cloud account"
		why = "The file names the account to which data was copied: a first lead for the police. Do not use the account."
		innocent = "A backup to the cloud that the ICT service set up."
		severity = "medium"
		confidence = 80
		kind = "exfiltration"
		family = "Rclone"
		technique = "T1567.002"
		source = "Rclone project documentation"
		version = 1
	strings:
		$a = /\[[^\]\r\n]{1,60}\]\r?\n(\w+ = [^\r\n]{0,200}\r?\n){0,6}type = (mega|s3|sftp|ftp|drive|dropbox|onedrive|b2|pcloud|webdav|swift|azureblob|google cloud storage|box|storj|wasabi|putio|jottacloud|koofr|crypt)\r?\n/
		$type = /\ntype = [a-z0-9 ]{2,24}\r?\n/
		$b = /\n(pass|token|access_key_id|account|key|user|host) = /
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $type and $b
}

rule script_rclone
{
	meta:
		title = "Script that copies folders away with Rclone"
		why = "The command copies files of chosen kinds and dates to a cloud account, with many connections at once."
		innocent = "A backup to the cloud that the ICT service set up."
		severity = "high"
		confidence = 65
		kind = "exfiltration"
		family = "Rclone"
		technique = "T1567.002"
		source = "CISA StopRansomware advisories"
		version = 1
	strings:
		$a = /(rclone|svchost|[a-z0-9]{3,12})\.exe"? +(copy|sync|move) +[^\r\n]{1,300}/ nocase
		$c1 = /--(transfers|multi-thread-streams|max-age|ignore-existing|no-check-certificate|auto-confirm)/ nocase
		$c2 = /--(include|exclude|filter-from) ["\x27]?\*\.\{?[a-z]/ nocase
		$d = /(mega|remote|ftp|sftp|s3|pcloud|dropbox)[0-9a-z]{0,8}:/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and (#c1 > 1 or $c2) and $d
}

rule megasync
{
	meta:
		title = "MEGA client"
		why = "MEGA is a cloud store without questions asked; stolen data is often sent there."
		innocent = "A private MEGA account of an employee."
		severity = "medium"
		confidence = 75
		kind = "exfiltration"
		family = "MEGAsync"
		technique = "T1567.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "Mega Limited" wide
		$b = "MEGAsync" ascii wide
		$c = "MEGAcmd" ascii wide
		$d = "g.api.mega.co.nz" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 64MB and
		$d and 1 of ($a, $b, $c)
}

rule winscp
{
	meta:
		title = "WinSCP"
		why = "WinSCP copies files to another server."
		innocent = "ICT staff use WinSCP daily."
		severity = "low"
		confidence = 75
		kind = "exfiltration"
		family = "WinSCP"
		technique = "T1048"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "WinSCP" wide
		$b = "Martin Prikryl" wide
		$c = "winscp.net" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 40MB and
		$a and 1 of ($b, $c)
}

rule filezilla
{
	meta:
		title = "FileZilla"
		why = "FileZilla copies files to another server."
		innocent = "ICT staff and web editors use FileZilla daily."
		severity = "low"
		confidence = 75
		kind = "exfiltration"
		family = "FileZilla"
		technique = "T1048"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "FileZilla FTP Client" wide
		$b = "Tim Kosse" wide
		$c = "FileZilla" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 40MB and
		$c and 1 of ($a, $b)
}

rule restic_windows
{
	meta:
		title = "restic (Windows program)"
		why = "restic copies folders, encrypted, to a server elsewhere."
		innocent = "A backup that the ICT service set up."
		severity = "medium"
		confidence = 70
		kind = "exfiltration"
		family = "restic"
		technique = "T1567.002"
		source = "restic project; CISA StopRansomware advisories"
		version = 1
	strings:
		$a = "github.com/restic/restic" ascii
		$b = "RESTIC_REPOSITORY" ascii
		$c = "RESTIC_PASSWORD" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 64MB and
		2 of them
}

rule restic_linux
{
	meta:
		title = "restic (Linux program)"
		why = "restic copies folders, encrypted, to a server elsewhere."
		innocent = "A backup that the ICT service set up."
		severity = "medium"
		confidence = 70
		kind = "exfiltration"
		family = "restic"
		technique = "T1567.002"
		source = "restic project; CISA StopRansomware advisories"
		version = 1
	strings:
		$a = "github.com/restic/restic" ascii
		$b = "RESTIC_REPOSITORY" ascii
		$c = "RESTIC_PASSWORD" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 64MB and
		2 of them
}

rule azcopy_windows
{
	meta:
		title = "AzCopy (Windows program)"
		why = "AzCopy sends large amounts of files to a cloud store of Microsoft; its own log lists each file."
		innocent = "A cloud backup or migration that the ICT service set up."
		severity = "low"
		confidence = 75
		kind = "exfiltration"
		family = "AzCopy"
		technique = "T1567.002"
		source = "Microsoft AzCopy documentation"
		version = 1
	strings:
		$a = "github.com/Azure/azure-storage-azcopy" ascii
		$b = "AZCOPY_" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 100MB and
		all of them
}

rule azcopy_linux
{
	meta:
		title = "AzCopy (Linux program)"
		why = "AzCopy sends large amounts of files to a cloud store of Microsoft; its own log lists each file."
		innocent = "A cloud backup or migration that the ICT service set up."
		severity = "low"
		confidence = 75
		kind = "exfiltration"
		family = "AzCopy"
		technique = "T1567.002"
		source = "Microsoft AzCopy documentation"
		version = 1
	strings:
		$a = "github.com/Azure/azure-storage-azcopy" ascii
		$b = "AZCOPY_" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 100MB and
		all of them
}

rule s5cmd_windows
{
	meta:
		title = "s5cmd (Windows program)"
		why = "s5cmd sends large amounts of files to S3 storage."
		innocent = "A cloud backup that the ICT service set up."
		severity = "medium"
		confidence = 70
		kind = "exfiltration"
		family = "s5cmd"
		technique = "T1567.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "github.com/peak/s5cmd" ascii
		$b = "s5cmd" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 64MB and
		all of them
}

rule s5cmd_linux
{
	meta:
		title = "s5cmd (Linux program)"
		why = "s5cmd sends large amounts of files to S3 storage."
		innocent = "A cloud backup that the ICT service set up."
		severity = "medium"
		confidence = 70
		kind = "exfiltration"
		family = "s5cmd"
		technique = "T1567.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "github.com/peak/s5cmd" ascii
		$b = "s5cmd" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 64MB and
		all of them
}

rule config_winscp
{
	meta:
		title = "WinSCP settings with stored servers"
		why = "The file names servers to which files were sent, often with user name and folder."
		innocent = "ICT staff use WinSCP daily."
		severity = "low"
		confidence = 75
		kind = "exfiltration"
		family = "WinSCP"
		technique = "T1048"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "[Sessions\\"
		$b = "HostName="
		$c = "[Configuration\\"
		$d = "[SshHostKeys]"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($a and $b and 1 of ($c, $d))
}

rule config_filezilla
{
	meta:
		title = "FileZilla list of servers"
		why = "The file names servers to which files were sent, often with user name and password."
		innocent = "ICT staff and web editors use FileZilla daily."
		severity = "low"
		confidence = 80
		kind = "exfiltration"
		family = "FileZilla"
		technique = "T1048"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "<FileZilla3"
		$b = "<Server>"
		$c = "<Host>"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		all of ($a, $b, $c)
}

rule script_archive_all
{
	meta:
		title = "Script that packs whole shares into encrypted archives"
		why = "The command packs folders with a password in volumes, as is done before data is taken away."
		innocent = "A backup script of the ICT service."
		severity = "medium"
		confidence = 55
		kind = "exfiltration"
		family = ""
		technique = "T1560.001"
		source = "MITRE ATT&CK T1560.001"
		version = 1
	strings:
		$a = /(rar|winrar)(\.exe)?"? +a +[^\r\n]{0,80}-hp[^\r\n ]{1,40}[^\r\n]{0,120}(-v[0-9]{1,5}[mg]|\\\\|[A-Z]:\\)/ nocase
		$b = /7za?(\.exe)?"? +a +[^\r\n]{0,80}-mhe(=on)?[^\r\n]{0,120}-p[^\r\n ]{1,40}/ nocase
		$c = /7za?(\.exe)?"? +a +[^\r\n]{0,120}-p[^\r\n ]{4,40}[^\r\n]{0,60}-v[0-9]{1,5}[mg]/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b, $c)
}

rule exmatter
{
	meta:
		title = "Exmatter or a relative"
		why = "The program collects documents by kind and date and sends them over SFTP or WebDAV by itself."
		innocent = "None known."
		severity = "high"
		confidence = 55
		kind = "exfiltration"
		family = "Exmatter"
		technique = "T1020"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "Renci.SshNet" ascii wide
		$b = ".xlsx" ascii wide
		$c = ".pst" ascii wide
		$d = ".accdb" ascii wide
		$e = "WebDavClient" ascii wide
		$f = "sftp" ascii wide nocase
		$h = "Eraser" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		$a and 1 of ($e, $f) and $b and $c and $d and $h
}
