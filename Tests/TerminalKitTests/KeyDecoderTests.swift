import TerminalKit
import TestSupport
import Testing

private let escape = "\u{1B}"

struct KeyDecoderTests {
    /// Bytes and the one key they are.
    static let forms: [(String, Key)] = [
        ("a", .character("a")), ("漢", .character("漢")), ("🦊", .character("🦊")), (" ", .character(" ")),
        ("\r", .enter), ("\n", .control("j")), ("\t", .tab), ("\u{8}", .backspace), ("\u{7F}", .backspace),
        ("\u{1}", .control("a")), ("\u{3}", .control("c")), ("\u{1A}", .control("z")), ("\u{1C}", .control("\\")),
        ("\u{1F}", .control("_")),
        ("\(escape)n", .alt("n")), ("\(escape)N", .alt("N")), ("\(escape)é", .alt("é")), ("\(escape)1", .alt("1")),
        ("\(escape)\r", .special(.enter, .alt)), ("\(escape)\u{7F}", .special(.backspace, .alt)),
        ("\(escape)\u{4}", .chord("d", [.control, .alt])),
        ("\(escape)[A", .up), ("\(escape)OA", .up), ("\(escape)[B", .down), ("\(escape)OB", .down),
        ("\(escape)[C", .right), ("\(escape)OC", .right), ("\(escape)[D", .left), ("\(escape)OD", .left),
        ("\(escape)[H", .home), ("\(escape)OH", .home), ("\(escape)[1~", .home), ("\(escape)[7~", .home),
        ("\(escape)[F", .end), ("\(escape)OF", .end), ("\(escape)[4~", .end), ("\(escape)[8~", .end),
        ("\(escape)[2~", .insert), ("\(escape)[3~", .delete), ("\(escape)[5~", .pageUp), ("\(escape)[6~", .pageDown),
        ("\(escape)[Z", .backTab), ("\(escape)[1;2Z", .backTab),
        ("\(escape)[1;5C", .special(.right, .control)), ("\(escape)[1;2A", .special(.up, .shift)),
        ("\(escape)[1;4D", .special(.left, [.shift, .alt])), ("\(escape)[3;5~", .special(.delete, .control)),
        ("\(escape)O5C", .special(.right, .control)), ("\(escape)O1;5C", .special(.right, .control)),
        ("\(escape)\(escape)[A", .special(.up, .alt)), ("\(escape)[a", .special(.up, .shift)),
        ("\(escape)Oa", .special(.up, .control)), ("\(escape)[5^", .special(.pageUp, .control)),
        ("\(escape)[5$", .special(.pageUp, .shift)), ("\(escape)[5@", .special(.pageUp, [.control, .shift])),
        ("\(escape)OP", .function(1)), ("\(escape)[11~", .function(1)), ("\(escape)[[A", .function(1)),
        ("\(escape)[1;2R", .special(.function(3), .shift)), ("\(escape)OS", .function(4)),
        ("\(escape)[15~", .function(5)), ("\(escape)[[E", .function(5)), ("\(escape)[17~", .function(6)),
        ("\(escape)[21~", .function(10)), ("\(escape)[24~", .function(12)),
        ("\(escape)[18;2~", .special(.function(7), .shift)),
        ("\(escape)OM", .enter), ("\(escape)Oj", .character("*")), ("\(escape)Op", .character("0")),
        ("\(escape)[27u", .escape), ("\(escape)[13;2u", .special(.enter, .shift)), ("\(escape)[97;5u", .control("a")),
        ("\(escape)[105;5u", .control("i")), ("\(escape)[110;3u", .alt("n")), ("\(escape)[110;4u", .alt("N")),
        ("\(escape)[120;7u", .chord("x", [.alt, .control])), ("\(escape)[97;65u", .character("a")),
        ("\(escape)[57376u", .function(13)), ("\(escape)[57400u", .character("1")),
        ("\(escape)[27;2;13~", .special(.enter, .shift)), ("\(escape)[27;5;105~", .control("i")),
        ("\(escape)[I", .focus(true)), ("\(escape)[O", .focus(false)),
        ("\(escape)[<0;10;9M", .mouse(MouseEvent(kind: .press, button: .left, x: 9, y: 8))),
        ("\(escape)[<0;230;9m", .mouse(MouseEvent(kind: .release, button: .left, x: 229, y: 8))),
        ("\(escape)[<34;3;4M", .mouse(MouseEvent(kind: .drag, button: .right, x: 2, y: 3))),
        ("\(escape)[<35;3;4M", .mouse(MouseEvent(kind: .move, x: 2, y: 3))),
        ("\(escape)[<64;1;1M", .mouse(MouseEvent(kind: .wheelUp, x: 0, y: 0))),
        ("\(escape)[<81;1;1M", .mouse(MouseEvent(kind: .wheelDown, x: 0, y: 0, modifiers: .control))),
        ("\(escape)[M !!", .mouse(MouseEvent(kind: .press, button: .left, x: 0, y: 0))),
        ("\(escape)[200~one\rtwo\r\nthree\(escape)[201~", .paste("one\ntwo\nthree")),
        ("\(escape)[200~a\(escape)[31mb\u{7}c\t!\(escape)[201~", .paste("a[31mbc !")),
        ("\(escape)[?62;4c", .answer(.primaryAttributes([62, 4]))), ("\(escape)[>84;0;0c", .answer(.otherAttributes)),
        ("\(escape)P>|tmux 3.3a\(escape)\\", .answer(.version("tmux 3.3a"))),
        ("\(escape)_Gi=31;OK\(escape)\\", .answer(.kittyGraphics(id: 31, message: "OK"))),
        ("\(escape)[?2026;2$y", .answer(.mode(2026, state: 2))),
        ("\(escape)[?1u", .answer(.keyboardProtocol(flags: 1))),
        ("\(escape)]11;rgb:ffff/8080/0000\(escape)\\", .answer(.color(number: 11, RGB(255, 128, 0)))),
        ("\(escape)]11;rgb:ff/80/00\u{7}", .answer(.color(number: 11, RGB(255, 128, 0)))),
        ("\(escape)[6;17;8t", .answer(.cellSize(width: 8, height: 17))),
        ("\(escape)[4;600;800t", .answer(.windowSize(width: 800, height: 600))),
        ("\(escape)[8;24;80t", .answer(.gridSize(columns: 80, rows: 24))),
        ("\(escape)[?1;0;256S", .answer(.sixelRegisters(256))),
        ("\(escape)[?2;0;1000;900S", .answer(.sixelLimit(width: 1000, height: 900))),
        ("\(escape)[?2;3;0S", .answer(.other)),
        ("\(escape)P1+r524742=38\(escape)\\", .answer(.capability(name: "RGB", value: "8"))),
        ("\(escape)P0+r524742\(escape)\\", .answer(.capability(name: "RGB", value: nil))),
        ("\(escape)[0n", .answer(.ready)), ("\(escape)[12;40R", .answer(.cursorPosition(column: 39, row: 11))),
        ("\(escape)[99;99;99x", .answer(.unknown("ESC [ 99;99;99x"))),
    ]

    @Test("Each form is one key", arguments: forms.indices)
    func form(index: Int) {
        let (bytes, key) = Self.forms[index]
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array(bytes.utf8)) == [key])
        #expect(decoder.waiting == .nothing)
    }

    @Test("A sequence may be cut at each of its bytes", arguments: forms.indices)
    func cut(index: Int) {
        let (text, key) = Self.forms[index]
        let bytes = Array(text.utf8)
        for position in 0...bytes.count {
            var decoder = KeyDecoder()
            let keys = decoder.feed(bytes[..<position]) + decoder.feed(bytes[position...])
            #expect(keys == [key], "cut at \(position)")
        }
        var decoder = KeyDecoder()
        #expect(bytes.flatMap { decoder.feed([$0]) } == [key])
    }

    @Test("What follows a sequence is not swallowed", arguments: forms.indices)
    func follower(index: Int) {
        let (bytes, key) = Self.forms[index]
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array((bytes + "z").utf8)) == [key, .character("z")])
    }

    @Test(
        "Silence decides what an introducer was",
        arguments: [
            (escape, [Key.escape]), ("\(escape)[", [.alt("[")]), ("\(escape)O", [.alt("O")]),
            ("\(escape)_", [.alt("_")]),
            ("\(escape)P", [.alt("P")]), ("\(escape)\(escape)", [.escape, .escape]),
        ])
    func silence(bytes: String, keys: [Key]) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array(bytes.utf8)).isEmpty)
        #expect(decoder.waiting == .escape)
        #expect(decoder.flush() == keys)
        #expect(decoder.feed(Array("x".utf8)) == [.character("x")])
    }

    @Test("Five times Esc is five keys")
    func manyEscapes() {
        var decoder = KeyDecoder()
        let keys = decoder.feed(Array(repeating: 0x1B, count: 5)) + decoder.flush()
        #expect(keys == Array(repeating: .escape, count: 5))
    }

    @Test(
        "Esc pressed just before an answer or a report is a key of its own",
        arguments: [
            ("[0n", Key.answer(.ready)), ("[?62;4c", .answer(.primaryAttributes([62, 4]))), ("[I", .focus(true)),
            ("]11;rgb:ffff/ffff/ffff\u{7}", .answer(.color(number: 11, RGB(255, 255, 255)))),
            ("[200~x\(escape)[201~", .paste("x")),
            ("[<0;10;9M", .mouse(MouseEvent(kind: .press, button: .left, x: 9, y: 8))),
        ])
    func escapeBeforeAnswer(rest: String, key: Key) {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array("\(escape)\(escape)\(rest)".utf8)) == [.escape, key])
    }

    @Test("Key releases of the kitty protocol are nothing")
    func release() {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array("\(escape)[97;5:3u\(escape)[97;5:2u".utf8)) == [.control("a")])
    }

    @Test("The rest of a sequence may be a while in coming, but not for ever")
    func abandoned() {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array("\(escape)[1;".utf8)).isEmpty)
        #expect(decoder.waiting == .rest)
        #expect(decoder.flush().isEmpty)
        #expect(decoder.waiting == .rest)
        #expect(decoder.abandon().isEmpty)
        #expect(decoder.feed(Array("q".utf8)) == [.character("q")])
        #expect(decoder.feed(Array("\(escape)[200~lost end".utf8)).isEmpty)
        #expect(decoder.abandon() == [.paste("lost end")])
    }

    @Test(
        "A sequence of more than 4096 bytes is given up",
        arguments: ["\(escape)]11;", "\(escape)[", "\(escape)P", "\(escape)_"])
    func tooLong(start: String) {
        var decoder = KeyDecoder()
        _ = decoder.feed(Array(start.utf8) + Array(repeating: UInt8(ascii: "1"), count: 5000))
        #expect(decoder.waiting == .nothing)
        #expect(decoder.feed(Array("\(escape)[A".utf8)) == [.up])
    }

    @Test("A paste has no limit, and one event")
    func longPaste() {
        var decoder = KeyDecoder()
        let text = String(repeating: "fox \u{1F98A}\r", count: 100_000)
        let bytes = Array("\(escape)[200~\(text)\(escape)[201~".utf8)
        var keys: [Key] = []
        for start in stride(from: 0, to: bytes.count, by: 4096) {
            keys += decoder.feed(bytes[start..<min(start + 4096, bytes.count)])
        }
        #expect(keys == [.paste(text.replacing("\r", with: "\n"))])
    }

    @Test("Bursts with a line end are pastes only where the terminal has no bracketed paste")
    func bursts() {
        var decoder = KeyDecoder()
        let burst = Array("sixteen or more\r\n".utf8)
        #expect(decoder.feed(burst).contains(.enter))
        decoder.takesBurstsAsPaste = true
        #expect(decoder.feed(burst) == [.paste("sixteen or more\n")])
        #expect(decoder.feed(Array("short\r".utf8)).last == .enter)
    }

    @Test(
        "What is not UTF-8 becomes U+FFFD, and NUL nothing",
        arguments: [
            ([0x80], 1), ([0xC0], 1), ([0xC3, 0x28], 2), ([0xE2, 0x82, 0x41], 2), ([0xED, 0xA0, 0x80], 1),
            ([0xF4, 0x90, 0x80, 0x80], 1), ([0xFF, 0xFE], 2),
        ] as [([UInt8], Int)])
    func invalid(bytes: [UInt8], keyCount: Int) {
        var decoder = KeyDecoder()
        let keys = decoder.feed(bytes)
        #expect(keys.count == keyCount)
        #expect(keys.first == .character("\u{FFFD}"))
        #expect(decoder.feed([0x00]).isEmpty)
        #expect(decoder.feed(Array("\u{9B}".utf8)).isEmpty)
    }

    @Test("Control-C inside an open string is Control-C")
    func controlInsideString() {
        var decoder = KeyDecoder()
        #expect(decoder.feed(Array("\(escape)]52;c;abc\u{3}x".utf8)) == [.control("c"), .character("x")])
    }

    @Test("The terminal's own description wins")
    func terminfo() {
        var decoder = KeyDecoder(terminfoKeys: [Array("\(escape)[25~".utf8): .function(11)])
        #expect(decoder.feed(Array("\(escape)[25~".utf8)) == [.function(11)])
    }

    @Test("A MiB of random bytes neither crashes nor leaves the decoder inside a sequence")
    func randomBytes() {
        var random = SeededGenerator(seed: 11)
        var decoder = KeyDecoder()
        for _ in 0..<2048 {
            let bytes = (0..<512).map { _ in UInt8.random(in: 0...255, using: &random) }
            for key in decoder.feed(bytes) {
                if case .character(let character) = key {
                    #expect(character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
                }
            }
        }
        _ = decoder.abandon()
        #expect(decoder.waiting == .nothing)
        #expect(decoder.feed(Array("ok".utf8)) == [.character("o"), .character("k")])
    }
}
