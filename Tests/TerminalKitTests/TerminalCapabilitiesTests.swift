import Foundation
import TerminalKit
import Testing

private let modes = ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")

/// Bytes a terminal answers with, through the decoder.
private func answers(_ text: String) -> TerminalAnswers {
    var decoder = KeyDecoder()
    var answers = TerminalAnswers()
    for case .answer(let answer) in decoder.feed(Array(text.utf8)) { answers.note(answer) }
    return answers
}

struct TerminalCapabilitiesTests {
    struct Case: Sendable {
        var title: String
        var answered = ""
        var variables: [String: String] = ["TERM": "xterm-256color", "COLORTERM": "truecolor"]
        var colors = 256
        var isUTF8 = true
        var tmux = TmuxFacts.none
        var wish: GraphicsMode?
        var graphics: GraphicsMode
        var depth: ColorDepth
    }

    static let xterm = "\u{1B}P>|XTerm(379)\u{1B}\\\u{1B}[6;17;8t\u{1B}[?65;1;4;6c"
    static let kitty =
        "\u{1B}P>|kitty(0.31)\u{1B}\\\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?2026;2$y\u{1B}[?0u\u{1B}[6;18;9t\u{1B}[?62c"
    static let tmux = "\u{1B}P>|tmux 3.3a\u{1B}\\\u{1B}[?1;2c"
    static let inTmux = ["TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0", "COLORTERM": "truecolor"]

    static let cases: [Case] = [
        Case(title: "no answer", graphics: .half, depth: .trueColor),
        Case(title: "sixel", answered: xterm, graphics: .sixel, depth: .trueColor),
        Case(title: "sixel, size of a cell unknown", answered: "\u{1B}[?65;4c", graphics: .half, depth: .trueColor),
        Case(title: "kitty", answered: kitty, graphics: .kitty, depth: .trueColor),
        Case(
            title: "kitty refuses", answered: "\u{1B}_Gi=31;EINVAL\u{1B}\\\u{1B}[?62c", graphics: .half,
            depth: .trueColor),
        Case(
            title: "iTerm2 by name", answered: "\u{1B}P>|iTerm2 3.5\u{1B}\\\u{1B}[?62;4c", graphics: .iterm,
            depth: .trueColor),
        Case(
            title: "stale iTerm variable", answered: xterm,
            variables: ["TERM": "xterm-256color", "ITERM_SESSION_ID": "w0"], graphics: .sixel, depth: .palette256),
        Case(title: "not UTF-8", answered: kitty, isUTF8: false, graphics: .ascii, depth: .trueColor),
        Case(
            title: "NO_COLOR", answered: kitty, variables: ["TERM": "xterm-256color", "NO_COLOR": "1"],
            graphics: .ascii, depth: .mono),
        Case(
            title: "empty NO_COLOR", variables: ["TERM": "xterm-256color", "NO_COLOR": ""], graphics: .half,
            depth: .palette256),
        Case(title: "tmux", answered: tmux, variables: inTmux, graphics: .half, depth: .trueColor),
        Case(
            title: "tmux announces sixel in DA1 only",
            answered: "\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[6;16;8t\u{1B}[?1;2;4c",
            variables: inTmux, graphics: .half, depth: .trueColor),
        Case(
            title: "tmux with sixel, of a version that crashes on it",
            answered: "\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[6;16;8t\u{1B}[?1;2;4c", variables: inTmux,
            tmux: TmuxFacts(answer: "1|256,sixel,title|off|xterm-256color\n"), graphics: .half, depth: .trueColor),
        Case(
            title: "tmux with sixel", answered: "\u{1B}P>|tmux 3.5a\u{1B}\\\u{1B}[6;16;8t\u{1B}[?1;2;4c",
            variables: inTmux, tmux: TmuxFacts(answer: "1|256,sixel,title|off|xterm-256color\n"), graphics: .sixel,
            depth: .trueColor),
        Case(
            title: "tmux in kitty, passthrough on", answered: tmux, variables: inTmux,
            tmux: TmuxFacts(answer: "0|256|on|xterm-kitty\n"), graphics: .kitty, depth: .trueColor),
        Case(
            title: "tmux in kitty, passthrough off", answered: tmux, variables: inTmux,
            tmux: TmuxFacts(answer: "0|256|off|xterm-kitty\n"), graphics: .half, depth: .trueColor),
        Case(
            title: "TMUX left over from another terminal", answered: kitty, variables: inTmux, graphics: .kitty,
            depth: .trueColor),
        Case(
            title: "zellij", answered: xterm, variables: ["TERM": "xterm-256color", "ZELLIJ": "0"], graphics: .sixel,
            depth: .palette256),
        Case(title: "Linux console", variables: ["TERM": "linux"], colors: 8, graphics: .half, depth: .ansi16),
        Case(title: "xterm of 8 colours", variables: ["TERM": "xterm"], colors: 8, graphics: .half, depth: .ansi16),
        Case(title: "vt100", variables: ["TERM": "vt100"], colors: 0, graphics: .ascii, depth: .mono),
        Case(title: "by hand", variables: ["TERM": "xterm"], colors: 8, wish: .sixel, graphics: .sixel, depth: .ansi16),
        Case(
            title: "the terminal answers the RGB query", answered: "\u{1B}P1+r524742=382F382F38\u{1B}\\\u{1B}[?62c",
            variables: ["TERM": "xterm-256color"], graphics: .half, depth: .trueColor),
    ]

    @Test("Pictures and colours are chosen by what is proven", arguments: cases)
    func choice(example: Case) {
        var wishes = TerminalCapabilities.Wishes()
        wishes.graphics = example.wish
        let capabilities = TerminalCapabilities(
            answers: answers(example.answered), environment: TerminalEnvironment(example.variables),
            description: TerminalDescription(colorCount: example.colors, hasDirectColor: false, modes: modes),
            size: TerminalSize(columns: 80, rows: 24), isUTF8: example.isUTF8, tmux: example.tmux, wishes: wishes)
        #expect(capabilities.graphics == example.graphics, "\(example.title)")
        #expect(capabilities.pictureDepth == example.depth, "\(example.title)")
        #expect(!capabilities.graphicsReason.isEmpty)
        // Every example with kitty pictures is kitty 0.31, which has placeholders.
        #expect(capabilities.usesPlaceholders == (example.graphics == .kitty))
    }

    @Test("A round of questions replaces the last one's answers, since another terminal may have come")
    func rounds() {
        var rounds = AnswerRounds()
        var decoder = KeyDecoder()
        func tell(_ text: String) {
            for case .answer(let answer) in decoder.feed(Array(text.utf8)) { rounds.note(answer) }
        }
        tell(Self.kitty)
        tell("\u{1B}_Gi=32;OK\u{1B}\\")
        #expect(rounds.inForce.hasKittyGraphics && rounds.inForce.sharesKittyMemory)
        // The same one again: nothing changes, not even on the way.
        let before = rounds.inForce
        tell("\u{1B}P>|kitty(0.31)\u{1B}\\")
        #expect(rounds.inForce == before)
        tell(String(Self.kitty.dropFirst("\u{1B}P>|kitty(0.31)\u{1B}\\".count)))
        #expect(rounds.inForce == before)
        // Another: what it does not answer it does not have.
        tell(Self.xterm)
        #expect(!rounds.inForce.hasKittyGraphics && !rounds.inForce.sharesKittyMemory)
        #expect(rounds.inForce.version == "XTerm(379)" && rounds.inForce.modes.isEmpty)
        // What comes late improves at once.
        tell("\u{1B}[?2026;2$y")
        #expect(rounds.inForce.knows(mode: 2026))
    }

    @Test("Command line beats environment beats settings beats the terminal")
    func colorOrder() {
        let plain = TerminalEnvironment(["TERM": "xterm-256color"])
        let noColor = TerminalEnvironment(["TERM": "xterm-256color", "NO_COLOR": "1", "COLORTERM": "truecolor"])
        func depth(_ line: ColorOption, _ setting: ColorOption, _ environment: TerminalEnvironment) -> ColorDepth {
            .chosen(
                commandLine: line, setting: setting, environment: environment, colorCount: 256, hasDirectColor: false)
        }
        #expect(depth(.trueColor, .never, noColor) == .trueColor)
        #expect(depth(.auto, .trueColor, noColor) == .mono)
        #expect(depth(.auto, .ansi16, plain) == .ansi16)
        #expect(depth(.auto, .auto, plain) == .palette256)
        #expect(ColorDepth.trueColor.forText(colorCount: 8) == .ansi16)
        #expect(ColorDepth.trueColor.forText(colorCount: 256) == .palette256)
    }

    @Test("Consoles and old terminals have no bracketed paste")
    func pastes() {
        for name in ["linux", "vt100", "vt220", "ansi"] {
            #expect(TerminalEnvironment(["TERM": name]).lacksBracketedPaste, "\(name)")
        }
        for name in ["xterm", "xterm-256color", "tmux-256color", "screen", "foot", "linux-fb", "alacritty"] {
            #expect(!TerminalEnvironment(["TERM": name]).lacksBracketedPaste, "\(name)")
        }
    }

    @Test("A picture may be coloured although NO_COLOR is set")
    func pictureColor() {
        var wishes = TerminalCapabilities.Wishes()
        wishes.wantsPictureColor = true
        let capabilities = TerminalCapabilities(
            answers: answers(""), environment: TerminalEnvironment(["TERM": "xterm-256color", "NO_COLOR": "1"]),
            description: TerminalDescription(colorCount: 256, hasDirectColor: false, modes: modes),
            size: .fallback, isUTF8: true, wishes: wishes)
        #expect(capabilities.pictureDepth == .palette256)
        #expect(capabilities.textDepth == .mono)
        #expect(capabilities.graphics == .half)
    }

    @Test("The size of a cell comes from the first source that can be believed")
    func cellSize() {
        let size = TerminalSize(columns: 100, rows: 50, pixelWidth: 900, pixelHeight: 1000)
        func cell(_ text: String, isMultiplexed: Bool = false) -> CellPixels {
            CellPixels(answers: answers(text), size: size, isMultiplexed: isMultiplexed)
        }
        #expect(cell("\u{1B}[6;17;8t\u{1B}[4;1000;1000t") == CellPixels(width: 8, height: 17))
        #expect(cell("\u{1B}[4;800;700t") == CellPixels(width: 7, height: 16))
        #expect(cell("") == CellPixels(width: 9, height: 20))
        #expect(cell("", isMultiplexed: true) == .guess)
    }

    @Test("Synchronized updates only where known, and never in tmux")
    func synchronized() {
        func uses(_ text: String, _ variables: [String: String]) -> Bool {
            TerminalCapabilities(
                answers: answers(text), environment: TerminalEnvironment(variables),
                description: TerminalDescription(colorCount: 256, hasDirectColor: false, modes: modes),
                size: .fallback, isUTF8: true
            ).usesSynchronizedUpdates
        }
        #expect(uses("\u{1B}[?2026;2$y", ["TERM": "xterm"]))
        #expect(!uses("\u{1B}[?2026;0$y", ["TERM": "xterm"]))
        #expect(!uses("\u{1B}[?2026;4$y", ["TERM": "xterm"]))
        #expect(!uses("", ["TERM": "xterm"]))
        #expect(!uses("\u{1B}P>|tmux 3.4\u{1B}\\\u{1B}[?2026;2$y", Self.inTmux))
    }

    @Test("Background, limits and the end of the answers")
    func details() {
        let all = answers(
            "\u{1B}]11;rgb:ffff/ffff/f0f0\u{1B}\\\u{1B}[?2;0;1000;800S\u{1B}[?1;0;256S\u{1B}[?62;4c")
        #expect(all.isComplete)
        #expect(all.sixelWidthLimit == 1000)
        #expect(all.sixelRegisters == 256)
        #expect(all.background == RGB(255, 255, 240))
        #expect(!answers("\u{1B}[>1;2;3c").isComplete)
    }

    @Test("The questions end with the one every terminal answers")
    func questions() {
        let text = String(decoding: TerminalQuestions.all, as: UTF8.self)
        #expect(text.hasSuffix("\u{1B}[c"))
        #expect(text.contains("a=q"))
    }
}

struct ModeStringsTests {
    @Test("The exit string puts everything back, pictures first and the main screen last")
    func exitString() {
        let modes = ModeStrings(
            enterScreen: "\u{1B}[?1049h", leaveScreen: "\u{1B}[?1049l", showCursor: "\u{1B}[?25h",
            keypadOff: "\u{1B}[?1l\u{1B}>")
        let text = String(decoding: modes.restore(imageIDs: [21, 22]), as: UTF8.self)
        let parts = [
            "\u{1B}\\", "i=21,", "i=22,", "\u{1B}[?2026l", "\u{1B}[?1000;1002;1006l", "\u{1B}[?2004l",
            "\u{1B}[?1004l", "\u{1B}[<u", "\u{1B}[0m", "\u{1B}[r", "\u{1B}[?25h", "\u{1B}>", "\u{1B}[?1049l",
        ]
        var rest = text[...]
        for part in parts {
            let found = rest.range(of: part)
            #expect(found != nil, "\(part.debugDescription) in its place")
            if let found { rest = rest[found.upperBound...] }
        }
        #expect(rest.isEmpty)
        #expect(text.hasPrefix("\u{1B}\\"))
    }

    @Test("Every mode that is switched on is switched off again")
    func symmetric() {
        let modes = ModeStrings(enterScreen: "", leaveScreen: "", showCursor: "", keypadOff: "")
        let on = String(decoding: modes.enter(usesMouse: true), as: UTF8.self)
        let off = String(decoding: modes.restore(), as: UTF8.self)
        let sequences = on.split(separator: "\u{1B}").map(String.init)
        #expect(sequences.count == 3)
        for sequence in sequences { #expect(off.contains(sequence.dropLast() + "l")) }
        #expect(!String(decoding: modes.enter(usesMouse: false), as: UTF8.self).contains("1000"))
        #expect(off.hasSuffix("\r\n"))
    }
}
