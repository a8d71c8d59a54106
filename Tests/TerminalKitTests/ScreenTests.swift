import Foundation
import TerminalKit
import TestSupport
import Testing

/// ncurses has one screen a process, so these run one after the other.
@Suite(.serialized)
struct ScreenTests {
    private let isUTF8 = TerminalLocale.prepare()

    private func screen(
        _ name: String = "xterm-256color", width: Int = 40, height: Int = 12, depth: ColorDepth = .palette256
    ) throws -> Screen {
        try Screen(
            terminalName: name, size: TerminalSize(columns: width, rows: height), isUTF8: isUTF8,
            depth: { depth.forText(colorCount: $0.colorCount) })
    }

    private func randomCanvas(_ random: inout SeededGenerator, over canvas: Canvas? = nil) -> Canvas {
        var canvas = canvas ?? Canvas(width: 40, height: 12)
        let texts = [
            "a fox", "漢字", "🦊", "e\u{301}te\u{301}", "   ", "crosses a ridge", "─│┌", "\u{A0}\u{A0}\u{A0}", "x",
        ]
        let colors: [Color] = [.terminal, .ansi(1), .ansi(12), .palette(100), .rgb(RGB(255, 180, 84))]
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let style = Style(
                foreground: colors[Int.random(in: 0..<colors.count, using: &random)],
                background: colors[Int.random(in: 0..<colors.count, using: &random)],
                attributes: Style.Attributes(rawValue: UInt8.random(in: 0...15, using: &random)))
            canvas.write(
                texts[Int.random(in: 0..<texts.count, using: &random)], x: Int.random(in: 0..<40, using: &random),
                y: Int.random(in: 0..<12, using: &random), style: style)
        }
        return canvas
    }

    @Test(
        "After each update the terminal shows the canvas",
        arguments: ["xterm-256color", "tmux-256color", "linux", "vt100", "xterm"])
    func updates(name: String) throws {
        let screen = try screen(name)
        var random = SeededGenerator(seed: 21)
        var terminal = TerminalModel(width: 40, height: 12)
        var canvas = Canvas(width: 40, height: 12)
        for step in 0..<60 {
            canvas = step % 20 == 19 ? randomCanvas(&random) : randomCanvas(&random, over: canvas)
            if step == 30 { screen.invalidate() }
            terminal.apply(screen.render(canvas))
            // A blank left of a picture's cells is sent as one of them.
            let (shown, wanted) = (terminal.lines, canvas.lines)
            #expect(
                shown.map { $0.replacing("\u{A0}", with: " ") } == wanted.map { $0.replacing("\u{A0}", with: " ") },
                "update \(step)")
        }
        #expect(terminal.unknown.isEmpty)
        #expect(!terminal.hasScrolled)
    }

    @Test("Nothing changed is nothing sent, and a letter is a few bytes")
    func silence() throws {
        let screen = try screen()
        var canvas = Canvas(width: 40, height: 12)
        canvas.write("prompt", x: 1, y: 1)
        canvas.placeCursor(x: 7, y: 1)
        #expect(!screen.render(canvas).isEmpty)
        #expect(screen.render(canvas).isEmpty)
        canvas.write("!", x: 7, y: 1)
        canvas.placeCursor(x: 8, y: 1)
        let letter = screen.render(canvas)
        #expect(!letter.isEmpty && letter.count < 20)
    }

    @Test("Styles arrive as they were drawn")
    func styles() throws {
        let screen = try screen()
        var canvas = Canvas(width: 40, height: 12)
        canvas.write("a", x: 0, y: 0, style: Style(foreground: .palette(215), background: .palette(17)).bold)
        canvas.write("b", x: 1, y: 0, style: Style().reverse.underline)
        canvas.write("c", x: 2, y: 0, style: Style(foreground: .rgb(RGB(255, 180, 84))))
        canvas.write("d", x: 39, y: 11, style: Style(foreground: .ansi(9)))
        var terminal = TerminalModel(width: 40, height: 12)
        terminal.apply(screen.render(canvas))
        #expect(terminal[0, 0].foreground == [38, 5, 215])
        #expect(terminal[0, 0].background == [48, 5, 17])
        #expect(terminal[0, 0].attributes == [1])
        #expect(terminal[1, 0].attributes == [4, 7])
        #expect(terminal[2, 0].foreground == [38, 5, 215])
        #expect(terminal[39, 11].foreground == [91])
        #expect(terminal[39, 11].text == "d")
    }

    @Test("What is written past ncurses has the colours that ncurses draws")
    func shownColors() throws {
        #expect(try screen("xterm", depth: .ansi16).shown(.ansi(15)) == .ansi(7))
        #expect(try screen("xterm-256color").shown(.ansi(15)) == .ansi(15))
        #expect(try screen("vt100", depth: .mono).shown(.terminal) == .terminal)
    }

    @Test("Without colours no colour is sent, but bold and reverse are", arguments: ["xterm-256color", "vt100"])
    func mono(name: String) throws {
        let screen = try screen(name, depth: .mono)
        #expect(screen.depth == .mono)
        var random = SeededGenerator(seed: 4)
        var terminal = TerminalModel(width: 40, height: 12)
        var canvas = Canvas(width: 40, height: 12)
        for _ in 0..<20 {
            canvas = randomCanvas(&random, over: canvas)
            terminal.apply(screen.render(canvas))
        }
        let sent = Set(terminal.styles.flatMap { $0 })
        #expect(sent.isDisjoint(with: Set(Array(30...49) + Array(90...107))))
        #expect(sent.contains(1) && sent.contains(7))
    }

    @Test("Colours can go and come back while the screen is used")
    func anotherDepth() throws {
        let screen = try screen()
        var canvas = Canvas(width: 40, height: 12)
        canvas.write("a", x: 0, y: 0, style: Style(foreground: .palette(215)))
        for (depth, foreground) in [
            (ColorDepth.palette256, [38, 5, 215]), (.mono, []), (.ansi16, [33]), (.palette256, [38, 5, 215]),
        ] {
            screen.setDepth(depth)
            var terminal = TerminalModel(width: 40, height: 12)
            terminal.apply(screen.render(canvas))
            #expect(terminal[0, 0].foreground == foreground, "\(depth)")
            #expect(terminal[0, 0].text == "a")
            #expect(screen.render(canvas).isEmpty)
        }
        let plain = try self.screen("vt100", depth: .mono)
        plain.setDepth(.palette256)
        #expect(plain.depth == .mono)
    }

    @Test("Eight colours stay eight; bright ones are bold, bright black is dim")
    func eightColors() throws {
        let screen = try screen("xterm", depth: .ansi16)
        var canvas = Canvas(width: 40, height: 12)
        for index in UInt8(0)..<16 {
            canvas.write(
                "x", x: Int(index), y: 0, style: Style(foreground: .ansi(index), background: .ansi(15 - index)))
        }
        var terminal = TerminalModel(width: 40, height: 12)
        terminal.apply(screen.render(canvas))
        let allowed = Set(Array(0...9) + Array(22...29) + Array(30...37) + Array(39...47) + [49])
        #expect(Set(terminal.styles.flatMap { $0 }).isSubset(of: allowed))
        #expect(terminal[12, 0].foreground == [34] && terminal[12, 0].attributes.contains(1))
        #expect(terminal[8, 0].foreground == [37] && terminal[8, 0].attributes.contains(2))
    }

    @Test("The cursor is shown where it was placed, and else hidden")
    func cursor() throws {
        let screen = try screen()
        var terminal = TerminalModel(width: 40, height: 12)
        var canvas = Canvas(width: 40, height: 12)
        canvas.placeCursor(x: 5, y: 3)
        terminal.apply(screen.render(canvas))
        #expect(terminal.cursor == (5, 3) && terminal.isCursorVisible)
        canvas.hideCursor()
        terminal.apply(screen.render(canvas))
        #expect(!terminal.isCursorVisible)
        canvas.placeCursor(x: 0, y: 11)
        terminal.apply(screen.render(canvas))
        #expect(terminal.cursor == (0, 11) && terminal.isCursorVisible)
    }

    @Test("A new size draws everything again")
    func resize() throws {
        let screen = try screen()
        var canvas = Canvas(width: 40, height: 12)
        canvas.write("old", x: 0, y: 0)
        _ = screen.render(canvas)
        screen.resize(to: TerminalSize(columns: 20, rows: 5))
        var small = Canvas(width: 20, height: 5)
        small.write("new 漢字", x: 12, y: 4)
        var terminal = TerminalModel(width: 20, height: 5)
        terminal.apply(screen.render(small))
        #expect(terminal.lines == small.lines)
        #expect(!terminal.hasScrolled)
        screen.resize(to: TerminalSize(columns: 40, rows: 12))
        var large = TerminalModel(width: 40, height: 12)
        large.apply(screen.render(canvas))
        #expect(large.lines == canvas.lines)
    }

    @Test("Text beside a picture never wipes it")
    func pictureSurvives() throws {
        let screen = try screen()
        let rect = Rect(x: 20, y: 2, width: 15, height: 6)
        var canvas = Canvas(width: 40, height: 12)
        canvas.reservePicture(rect)
        var terminal = TerminalModel(width: 40, height: 12)
        terminal.apply(screen.render(canvas))
        for row in rect.y..<rect.endY {
            terminal.apply(Array("\u{1B}7\u{1B}[\(row + 1);21H\(String(repeating: "#", count: 15))\u{1B}8".utf8))
        }
        var random = SeededGenerator(seed: 8)
        for _ in 0..<100 {
            for row in 0..<12 {
                let text = String(repeating: "w", count: Int.random(in: 0...20, using: &random))
                canvas.writeFitted(text, x: 0, y: row, columns: 20)
                canvas.writeFitted(text, x: 35, y: row, columns: 5)
            }
            terminal.apply(screen.render(canvas))
        }
        for row in rect.y..<rect.endY { #expect(terminal.lines[row].contains(String(repeating: "#", count: 15))) }
    }

    @Test("An unknown terminal is refused with advice")
    func unknown() {
        let error = #expect(throws: TerminalError.self) { try screen("no-such-terminal") }
        #expect(error?.description.contains("no-such-terminal") == true)
    }

    @Test("The description of a terminal gives its modes and keys")
    func description() throws {
        let description = try screen("xterm-256color").description
        #expect(description.colorCount == 256)
        #expect(description.modes.enterScreen.contains("1049h"))
        #expect(description.keys[Array("\u{1B}OA".utf8)] == .up)
        #expect(try screen("vt100").description.colorCount == 0)
        #expect(!(try screen("vt100").description.modes.keypadOff.contains("$<")))
    }

    @Test("A frame is one run: text, then the picture between saved cursors")
    func outputFrame() {
        let bytes = OutputFrame.bytes(
            text: Array("T".utf8), picture: Array("P".utf8), showsCursor: true, isSynchronized: true)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "\u{1B}[?2026hT\u{1B}7\u{1B}[?25lP\u{1B}8\u{1B}[?25h\u{1B}[?2026l")
        let erased = OutputFrame.bytes(before: [66], text: [65], picture: [], showsCursor: true, isSynchronized: true)
        #expect(String(decoding: erased, as: UTF8.self) == "\u{1B}[?2026h\u{1B}7B\u{1B}8A\u{1B}[?2026l")
        #expect(OutputFrame.bytes(text: [], picture: [], showsCursor: true, isSynchronized: true).isEmpty)
        #expect(OutputFrame.bytes(text: [65], picture: [], showsCursor: true, isSynchronized: false) == [65])
    }
}
