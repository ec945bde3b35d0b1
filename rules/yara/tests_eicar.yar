/*
 * The harmless test file that all protection programs know. Written in hexadecimal, so that this rule file
 * itself is not taken away by one of them.
 */

rule eicar_test_file
{
	meta:
		title = "EICAR test file"
		why = "This is a harmless file by which protection software is tested; it shows that the rules work."
		innocent = "A test of the protection software."
		severity = "info"
		confidence = 95
		kind = "yara"
		family = "EICAR"
		technique = "T1204.002"
		source = "EICAR test file definition"
		version = 1
	strings:
		$eicar = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24 45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C 45 21 24 48 2B 48 2A }
	condition:
		filesize < 4KB and
		$eicar in (0 .. 3)
}
