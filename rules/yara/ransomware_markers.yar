/*
 * Marks that ransomware leaves at the head or the end of an encrypted file.
 * No strings: every test reads a few numbers at a fixed place, so these rules cost no scan.
 * A mark alone says "encrypted with this program"; who ran it is another question.
 */

rule mark_stop_djvu
{
	meta:
		title = "File encrypted by STOP / Djvu"
		why = "The last 38 bytes are the fixed mark that this program writes behind each file it has encrypted."
		innocent = "None known."
		severity = "high"
		confidence = 95
		kind = "encrypted"
		family = "STOP / Djvu"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 334 and
		uint32(filesize - 38) == 0x4136337B and
		uint32(filesize - 34) == 0x42383936 and
		uint32(filesize - 30) == 0x36442D39 and
		uint32(filesize - 26) == 0x342D4337 and
		uint32(filesize - 22) == 0x2D373045 and
		uint32(filesize - 18) == 0x32384542 and
		uint32(filesize - 14) == 0x4345302D and
		uint32(filesize - 10) == 0x34314235 and
		uint32(filesize - 6) == 0x46443442 and
		uint16(filesize - 2) == 0x7D35
}

rule mark_babuk
{
	meta:
		title = "File encrypted by a Babuk build"
		why = "The file ends with the sentence that Babuk and programs built from its leaked code write there."
		innocent = "None known; the code is public, so another group may have used it."
		severity = "high"
		confidence = 95
		kind = "encrypted"
		family = "Babuk"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 64 and
		uint32(filesize - 32) == 0x756F6863 and
		uint32(filesize - 28) == 0x6420676E and
		uint32(filesize - 24) == 0x20676E6F and
		uint32(filesize - 20) == 0x6B6F6F6C and
		uint32(filesize - 16) == 0x696C2073 and
		uint32(filesize - 12) == 0x6820656B and
		uint32(filesize - 8) == 0x6420746F and
		uint32(filesize - 4) == 0x2121676F
}

rule mark_babuk_nas
{
	meta:
		title = "File encrypted by the NAS build of Babuk"
		why = "The file ends with the six bytes that the NAS build of Babuk writes behind a public key."
		innocent = "None known."
		severity = "high"
		confidence = 65
		kind = "encrypted"
		family = "Babuk"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 38 and
		uint32(filesize - 6) == 0xDECDBCAB and
		uint16(filesize - 2) == 0xF0EF
}

rule mark_maze
{
	meta:
		title = "File encrypted by Maze"
		why = "The last four bytes are the mark of Maze, which is followed by nothing."
		innocent = "One random file in four billion ends like this by chance."
		severity = "high"
		confidence = 60
		kind = "encrypted"
		family = "Maze"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 264 and
		uint32(filesize - 4) == 0x66611166
}

rule mark_qilin
{
	meta:
		title = "File encrypted by the Rust build of Qilin"
		why = "The file ends with the line that this program writes behind the wrapped key."
		innocent = "A text file that quotes an armoured block of another program."
		severity = "high"
		confidence = 90
		kind = "encrypted"
		family = "Qilin"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 550 and
		uint32(filesize - 30) == 0x2D2D2D2D and
		uint32(filesize - 26) == 0x444E452D and
		uint32(filesize - 22) == 0x50494320 and
		uint32(filesize - 18) == 0x54524548 and
		uint32(filesize - 14) == 0x20545845 and
		uint32(filesize - 10) == 0x434F4C42 and
		uint32(filesize - 6) == 0x2D2D2D4B and
		uint16(filesize - 2) == 0x2D2D
}

rule mark_inc
{
	meta:
		title = "File encrypted by INC, by a weak mark"
		why = "The file ends with the letters INC behind what looks like a 32-byte key; three letters prove little alone."
		innocent = "Any binary file that happens to end with these letters."
		severity = "low"
		confidence = 20
		kind = "encrypted"
		family = "INC Ransom"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 1024 and
		uint16(filesize - 3) == 0x4E49 and
		uint8(filesize - 1) == 0x43 and
		uint8(filesize - 4) < 0x80 and
		for any i in (5 .. 35) : (uint8(filesize - i) > 0xF0) and
		for any i in (5 .. 35) : (uint8(filesize - i) < 0x09)
}

rule mark_akira
{
	meta:
		title = "File encrypted by Akira"
		why = "The trailer names the original size of the file, and that number is exactly the size without the trailer; before it stands a key as random as a wrapped one is."
		innocent = "None known."
		severity = "high"
		confidence = 85
		kind = "encrypted"
		family = "Akira"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 2
	condition:
		filesize > 534 and
		uint8(filesize - 10) <= 2 and
		uint8(filesize - 9) <= 100 and
		uint32(filesize - 8) + uint32(filesize - 4) * 4294967296 == filesize - 534 and
		for 190 i in (23 .. 534) : (uint8(filesize - i) >= 0x80) and
		for 190 i in (23 .. 534) : (uint8(filesize - i) < 0x80)
}

rule mark_play
{
	meta:
		title = "File encrypted by Play"
		why = "The trailer holds the block plan (size 0x100000, small steps) in the fields where Play writes it."
		innocent = "None known."
		severity = "high"
		confidence = 70
		kind = "encrypted"
		family = "Play"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 1064 and
		uint32(filesize - 1040) == 0x00100000 and
		uint16(filesize - 1048) < 16 and
		uint16(filesize - 1046) < 64 and
		uint16(filesize - 1044) < 2 and
		uint16(filesize - 1042) < 8 and
		uint32(filesize - 1028) == 0 and
		uint32(filesize - 1036) != 0
}

rule mark_zeppelin
{
	meta:
		title = "File encrypted by Zeppelin"
		why = "The file begins with the drawn frame around the word ZEPPELIN that this program writes."
		innocent = "None known."
		severity = "high"
		confidence = 95
		kind = "encrypted"
		family = "Zeppelin"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 64 and
		uint32(0) == 0xC4C4C4DA and
		uint32(4) == 0xC4C4C4C4 and
		uint32(8) == 0x0A0DBFC4 and
		uint32(12) == 0x50455AB3 and
		uint32(16) == 0x494C4550 and
		uint8(20) == 0x4E
}

rule mark_cuba
{
	meta:
		title = "File encrypted by Cuba"
		why = "The file begins with FIDEL.CA, the mark of the header that Cuba puts before each file."
		innocent = "None known."
		severity = "high"
		confidence = 95
		kind = "encrypted"
		family = "Cuba"
		technique = "T1486"
		source = "Elastic Security Labs on Cuba"
		version = 1
	condition:
		filesize > 1024 and
		uint32(0) == 0x45444946 and
		uint32(4) == 0x41432E4C
}

rule mark_wannacry
{
	meta:
		title = "File encrypted by WannaCry"
		why = "The file begins with WANACRY! and the length of a wrapped key."
		innocent = "None known."
		severity = "high"
		confidence = 90
		kind = "encrypted"
		family = "WannaCry"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 280 and
		uint32(0) == 0x414E4157 and
		uint32(4) == 0x21595243 and
		uint32(8) == 0x00000100
}

rule mark_lorenz
{
	meta:
		title = "File encrypted by Lorenz"
		why = "The file begins with the mark .sz40 that Lorenz writes before the encrypted data."
		innocent = "A note of the same group begins with the same letters."
		severity = "high"
		confidence = 50
		kind = "encrypted"
		family = "Lorenz"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 512 and
		uint32(0) == 0x347A732E and
		uint8(4) == 0x30 and
		uint8(5) != 0x0A and
		uint8(5) != 0x0D and
		uint8(5) != 0x3C
}

rule mark_ragnar
{
	meta:
		title = "File encrypted by Ragnar Locker"
		why = "The file ends with _RAGNAR_, which this program writes behind two wrapped keys."
		innocent = "A text that quotes the mark at its very end."
		severity = "high"
		confidence = 70
		kind = "encrypted"
		family = "Ragnar Locker"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 520 and
		uint32(filesize - 8) == 0x4741525F and
		uint32(filesize - 4) == 0x5F52414E
}

rule mark_hellokitty
{
	meta:
		title = "File encrypted by HelloKitty or a relative"
		why = "The last four bytes are the mark DE C0 AD BA of this group of programs."
		innocent = "The bytes are also a programmer joke and may end a test file."
		severity = "high"
		confidence = 45
		kind = "encrypted"
		family = "HelloKitty"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 512 and
		uint32(filesize - 4) == 0xBAADC0DE
}

rule mark_ransomhub
{
	meta:
		title = "File encrypted by RansomHub"
		why = "The last four bytes are the fixed end value that was reported for this program."
		innocent = "A test file or counter that ends with these bytes by chance."
		severity = "high"
		confidence = 45
		kind = "encrypted"
		family = "RansomHub"
		technique = "T1486"
		source = "CISA AA24-242A"
		version = 1
	condition:
		filesize > 58 and
		uint32(filesize - 4) == 0xEFCDAB00
}

rule mark_hive_v6_sample
{
	meta:
		title = "File encrypted by one build of Hive version 6"
		why = "At offset 62 stands the mark of one known build of Hive; other builds have another mark."
		innocent = "None known."
		severity = "high"
		confidence = 90
		kind = "encrypted"
		family = "Hive"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 658 and
		uint32(62) == 0xD5595B6B and
		uint32(66) == 0x286E8307 and
		uint32(70) == 0x3BF351A2 and
		uint16(74) == 0x52DA
}

rule mark_hunters_sample
{
	meta:
		title = "File encrypted by one build of Hunters International"
		why = "At offset 54 stands the mark of one known build of this program; other builds have another mark."
		innocent = "None known."
		severity = "high"
		confidence = 90
		kind = "encrypted"
		family = "Hunters International"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 658 and
		uint32(54) == 0xA5A7B8DC and
		uint32(58) == 0x96D218B6 and
		uint32(62) == 0xD901BAD3 and
		uint32(66) == 0xC09F03F9 and
		uint8(70) == 0x7A
}

rule mark_phobos
{
	meta:
		title = "File encrypted by Phobos or 8Base"
		why = "The last bytes hold the trailer length (178, or with the three moved blocks) and a padding count as Phobos writes them."
		innocent = "Another format whose last bytes happen to hold such a number."
		severity = "high"
		confidence = 55
		kind = "encrypted"
		family = "Phobos"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 178 and
		(uint32(filesize - 10) == 178 or (uint32(filesize - 10) > 0xC0000 and uint32(filesize - 10) < 0xC1000 and uint32(filesize - 10) < filesize)) and
		uint32(filesize - 142) <= 16 and
		uint8(filesize - 6) != 0
}

rule mark_phobos_lock96
{
	meta:
		title = "File encrypted by an early build of Phobos"
		why = "The file ends with LOCK96 behind the trailer length, as early builds of Phobos wrote."
		innocent = "A text that ends with the same letters."
		severity = "high"
		confidence = 75
		kind = "encrypted"
		family = "Phobos"
		technique = "T1486"
		source = "rivitna/Malware format notes"
		version = 1
	condition:
		filesize > 178 and
		uint32(filesize - 6) == 0x4B434F4C and
		uint16(filesize - 2) == 0x3639
}

rule mark_lynx
{
	meta:
		title = "File encrypted by Lynx, by position"
		why = "The word LYNX stands at the place of the trailer where Lynx writes it."
		innocent = "A binary file that holds this word near its end."
		severity = "high"
		confidence = 50
		kind = "encrypted"
		family = "Lynx"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 116 and
		uint32(filesize - 20) == 0x584E594C and
		for any i in (21 .. 116) : (uint8(filesize - i) > 0xF0) and
		for any i in (21 .. 116) : (uint8(filesize - i) < 0x09)
}

rule mark_ryuk
{
	meta:
		title = "File encrypted by Ryuk"
		why = "The word HERMES stands a wrapped key before the end of the file, as Ryuk leaves it."
		innocent = "A document about Greek gods or about the parcel firm Hermes."
		severity = "high"
		confidence = 60
		kind = "encrypted"
		family = "Ryuk"
		technique = "T1486"
		source = "Emsisoft on Ryuk (press)"
		version = 1
	condition:
		filesize > 512 and
		for any i in (262 .. 300) : (uint32(filesize - i) == 0x4D524548 and uint16(filesize - i + 4) == 0x5345) and
		uint8(filesize - 1) + uint8(filesize - 2) + uint8(filesize - 3) + uint8(filesize - 4) != 0 and
		for any i in (1 .. 64) : (uint8(filesize - i) > 0xE0)
}

rule mark_obscura
{
	meta:
		title = "File encrypted by Obscura"
		why = "The word OBSCURA! stands in the last bytes of the file."
		innocent = "A text that quotes the mark near its end."
		severity = "high"
		confidence = 50
		kind = "encrypted"
		family = "Obscura"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 256 and
		for any i in (8 .. 128) : (uint32(filesize - i) == 0x4353424F and uint32(filesize - i + 4) == 0x21415255)
}

rule mark_deadbolt
{
	meta:
		title = "File encrypted by DeadBolt"
		why = "The word DEADBOLT opens the last 128 bytes of the file, where this NAS ransomware keeps its data."
		innocent = "A text that quotes the mark near its end."
		severity = "high"
		confidence = 55
		kind = "encrypted"
		family = "DeadBolt (NAS)"
		technique = "T1486"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	condition:
		filesize > 128 and
		uint32(filesize - 128) == 0x44414544 and
		uint32(filesize - 124) == 0x544C4F42
}

rule mark_bitlocker_volume
{
	meta:
		title = "Image of a volume that is locked by BitLocker"
		why = "The first sector says that the whole volume is encrypted by BitLocker; without the recovery key nothing in it can be read."
		innocent = "The town itself may have switched BitLocker on; ask for the recovery key."
		severity = "info"
		confidence = 90
		kind = "encrypted"
		family = "ShrinkLocker / BitLocker abuse"
		technique = "T1486"
		source = "Microsoft BitLocker on-disk format (libbde documentation)"
		version = 1
	condition:
		filesize > 1048576 and
		uint32(3) == 0x4556462D and
		uint32(7) == 0x2D53462D
}
