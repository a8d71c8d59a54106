import Foundation
import Testing

/// The acceptance scenarios of the design that a terminal can show, by their numbers there.
@Suite(
    "Studio in tmux", .serialized,
    .enabled(if: TmuxStudio.obstacle == nil, "\(TmuxStudio.obstacle ?? "")"))
struct StudioScenarioTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    @Test("1: three sizes fill the screen and no row is too wide", arguments: sizes)
    func threeSizes(columns: Int, rows: Int) throws {
        let studio = try TmuxStudio()
        try studio.start(columns, rows)
        try studio.see("Prompt")
        try studio.see("? help")
        let lines = try studio.lines
        #expect(lines.count == rows)
        for line in lines { #expect(line.count <= columns) }
        if columns == 200 {
            try studio.see("Presets")
            try studio.see("Log")
        }
    }

    @Test("1: other terminal types start and work", arguments: ["xterm-256color", "xterm", "linux", "vt100"])
    func terminalTypes(term: String) throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, environment: "TERM=\(term)")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.see("a fox")
    }

    @Test("2, 4: a draft counts its steps, is kept, and is a snapshot of the prompt")
    func draft() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, stepMilliseconds: 150)
        try studio.see("? help")
        try studio.type("a fox at dusk")
        try studio.key("Enter")
        try studio.see("step 3/")
        try studio.type(" and an owl")
        try studio.see("draft 1 saved")
        try studio.see("a fox at dusk and an owl")
        let shown = try studio.turbo2k("history", "show", "1", "--json")
        #expect(shown.status == 0)
        #expect(shown.output.contains("a fox at dusk"))
        #expect(!shown.output.contains("owl"))
    }

    @Test("3: the remaining time is shown, and does not jump up")
    func remainingTime() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, stepMilliseconds: 200)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        try studio.key("Enter")
        var seen: [Int] = []
        try studio.wait("draft 2 does not end") {
            let screen = try studio.screen()
            if let match = screen.firstMatch(of: /eta (\d+)s/), let seconds = Int(match.1) { seen.append(seconds) }
            return screen.contains("draft 2 saved")
        }
        #expect(!seen.isEmpty)
        for (earlier, later) in zip(seen, seen.dropFirst()) { #expect(later <= earlier + 1, "\(seen)") }
        #expect((seen.last ?? 99) <= 2, "\(seen)")
    }

    @Test("5: a draft is committed to 2K, and the file tells how it was made")
    func commit() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24)
        try studio.see("? help")
        try studio.type("a fox at dusk")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        try studio.key("C-t")
        try studio.see("Commit draft 1")
        try studio.key("Enter")
        try studio.see("2k done")
        let folder = studio.home.appending(path: "Videos/turbo2k")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let file = try #require(files.first { $0.hasSuffix("-2k.mp4") })
        #expect(!files.contains { $0.hasSuffix(".part") })
        let shown = try studio.turbo2k("history", "show", folder.appending(path: file).path, "--json")
        #expect(shown.status == 0)
        #expect(shown.output.contains("commit") && shown.output.contains("2560x1440"))
        #expect(shown.output.contains("a fox at dusk"))
    }

    @Test("6, 7, 8: Esc stops nothing; Ctrl-C asks, and y or a second Ctrl-C stops", arguments: ["y", "C-c"])
    func stop(answer: String) throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, stepMilliseconds: 400)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("step 2/")
        for _ in 0..<5 { try studio.key("Escape") }
        try studio.see("step 3/")
        try studio.key("C-c")
        try studio.see("Stop job 1?")
        try studio.key(answer)
        try studio.see("Job 1 stopped")
        let shown = try studio.turbo2k("history", "show", "1", "--json")
        #expect(shown.output.contains("stopped"))
    }

    @Test("6: an editor gets a terminal as a shell has it, and gives the prompt back", arguments: ["F4", "C-x"])
    func externalEditor(key: String) throws {
        let studio = try TmuxStudio()
        let script = studio.home.appending(path: "editor.sh")
        try """
        echo EDITING; stty -a | grep -o ' icanon'
        read answer
        echo "$answer of $(cat "$2")" > "$2"
        """.write(to: script, atomically: true, encoding: .utf8)
        try studio.start(80, 24, environment: "VISUAL='/bin/sh \(script.path) --wait'")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key(key)
        if key == "C-x" { try studio.key("C-e") }
        try studio.see("EDITING")
        try studio.see("icanon")
        try studio.type("portrait")
        try studio.key("Enter")
        try studio.see("portrait of a fox")
        try studio.see("? help")
        try studio.type(" at dusk")
        try studio.see("portrait of a fox at dusk")
    }

    @Test("6: an editor that is not there leaves the prompt as it was")
    func missingEditor() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, environment: "VISUAL=no-such-editor")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("F4")
        try studio.see("no-such-editor was not found")
        try studio.see("a fox")
    }

    @Test("19: a theme changed on the disk is read again beside the running studio")
    func themeReload() throws {
        let studio = try TmuxStudio()
        let folder = studio.home.appending(path: "config/themes")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "mine.toml")
        func write(borders: String) throws {
            let text = "schema = \"turbo2k.theme.v1\"\nname = \"mine\"\nkind = \"dark\"\nborders = \"\(borders)\"\n"
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try write(borders: "unicode")
        try studio.start(80, 24, options: "--theme mine")
        try studio.see("━ Prompt")
        try write(borders: "ascii")
        try studio.see("= Prompt")
    }

    @Test("17: a paused queue holds the next draft, and J moves one that waits")
    func pausedQueue() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40)
        try studio.see("? help")
        try studio.key("M-6", "P")
        try studio.see("paused, P goes on")
        try studio.key("M-1")
        try studio.type("one")
        try studio.key("Enter")
        try studio.see("1 draft")
        try studio.type(" two")
        try studio.key("Enter")
        try studio.see("2 draft")
        try studio.key("M-6", "J", "P")
        try studio.see("draft 2 saved")
        try studio.see("draft 1 saved")
    }

    @Test("18: keys.toml with a key that terminals keep is refused with line and reason")
    func refusedKeys() throws {
        let studio = try TmuxStudio()
        let folder = studio.home.appending(path: "config")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "keys.toml")
        try "[everywhere]\ndraft = \"Ctrl-S\"\n".write(to: file, atomically: true, encoding: .utf8)
        try studio.start(120, 40)
        try studio.see("keys.toml")
        try studio.see("Ctrl-S stops and starts output")
        try "[everywhere]\ndraft = \"F9\"\n".write(to: file, atomically: true, encoding: .utf8)
        try studio.close()
        try studio.start(120, 40)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("F9")
        try studio.see("draft 1 saved")
    }

    @Test("42: a batch of six makes six drafts and a contact sheet")
    func batch() throws {
        let studio = try TmuxStudio()
        try studio.start(120, 40, stepMilliseconds: 10)
        try studio.see("? help")
        try studio.type("{red|blue} balloon")
        try studio.see("makes 2")
        try studio.key("M-2", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Enter")
        try studio.see("A range, as")
        try studio.type("1..3")
        try studio.key("Enter")
        try studio.see("makes 6")
        try studio.key("C-g")
        try studio.see("blue, seed 3")
        try studio.see("6/6 done")
        try studio.see("6 of 6")
        try studio.key("M-3", "Left", "Enter")
        try studio.see("draft 5")
    }

    @Test("12: suspended from a shell the terminal is whole, and fg brings the studio back")
    func suspend() throws {
        let studio = try TmuxStudio()
        try studio.startShell(80, 24, "env PS1='ready$ ' bash --norc --noprofile -i")
        try studio.see("ready$")
        try studio.type(try studio.command())
        try studio.key("Enter")
        try studio.see("? help")
        try studio.key("C-z")
        try studio.see("Stopped")
        try studio.type("clear; stty -a | grep -o ' icanon\\| echo \\| icrnl'")
        try studio.key("Enter")
        try studio.see("icanon")
        try studio.see("icrnl")
        try studio.type("fg")
        try studio.key("Enter")
        try studio.see("? help")
        try studio.type("still here")
        try studio.see("still here")
    }

    @Test("12: without a shell it says so and stays usable")
    func suspendWithoutShell() throws {
        guard let binary = TmuxStudio.binary else { return }
        let studio = try TmuxStudio()
        let command = "exec env LANG=C.UTF-8 TURBO2K_HOME=\(studio.home.path) HOME=\(studio.home.path) \(binary.path)"
        try studio.startShell(80, 24, command + " --engine fake")
        try studio.see("? help")
        try studio.key("C-z")
        try studio.see("No shell")
        try studio.type("still here")
        try studio.see("still here")
    }

    @Test("13: fifty sizes in a row while a draft runs leave a whole screen and an unharmed job")
    func resizeStorm() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, stepMilliseconds: 100)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("step 2/")
        var random = UInt64.random(in: 1...UInt64.max)
        let seed = random
        for _ in 0..<50 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            try studio.resize(20 + Int((random >> 33) % 200), 5 + Int((random >> 17) % 65))
        }
        try studio.resize(80, 24)
        try studio.see("draft 1 saved")
        try studio.see("? help")
        try studio.gone("draft 1 saved")
        try studio.leavePrompt()
        try studio.key("Space")
        let after = Self.chrome(of: try studio.settle())
        try studio.key("C-l")
        #expect(after == Self.chrome(of: try studio.settle()), "seed \(seed)")
        let corners = try studio.lines.map { $0.count { "┌┏".contains($0) } }.reduce(0, +)
        #expect(corners == 4, "seed \(seed)")
    }

    @Test("14: a window that is too small says so, and growing it back brings everything back")
    func tooSmall() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, stepMilliseconds: 150)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("step 2/")
        try studio.resize(50, 12)
        try studio.see("needs 60x16")
        try studio.resize(80, 24)
        try studio.see("a fox")
        try studio.see("draft 1 saved")
    }

    @Test("15, 16: a paste starts nothing, is one undo step, and its controls are gone")
    func paste() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24)
        try studio.see("? help")
        try studio.paste("one\ntwo\nthree")
        try studio.see("three")
        let rows = try studio.lines.map { $0.dropFirst(2).prefix(6).trimmingCharacters(in: .whitespaces) }
        #expect(rows.contains("one") && rows.contains("two") && rows.contains("three"))
        #expect(try !studio.screen().contains("job running"))
        try studio.key("C-_")
        try studio.gone("two")
        try studio.paste("a\u{1B}[31mb\u{7}c")
        try studio.see("a[31mbc")
    }

    @Test("17: wide and combining characters move the cursor by their columns")
    func wideCharacters() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24)
        try studio.see("? help")
        let start = try #require(Int(try studio.ask("#{cursor_x}")))
        func cursorReaches(_ column: Int) throws {
            try studio.wait("the cursor is not at \(column)") { try studio.ask("#{cursor_x}") == String(column) }
        }
        try studio.type("漢字e\u{301}")
        try cursorReaches(start + 5)
        try studio.key("BSpace")
        try cursorReaches(start + 4)
        try studio.key("BSpace")
        try cursorReaches(start + 2)
        try studio.type(String(repeating: "字", count: 60))
        try studio.wait("60 wide characters are not shown") { try studio.screen().count { $0 == "字" } == 60 }
    }

    @Test("20: NO_COLOR sends no colour, and still shows focus by bold")
    func noColor() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, environment: "NO_COLOR=1")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        let screen = try studio.screen(withStyles: true)
        let codes = screen.matches(of: /\u{1B}\[([0-9;]*)m/).flatMap {
            $0.1.split(separator: ";").compactMap { Int($0) }
        }
        #expect(codes.contains(1))
        // tmux itself writes 39 and 49, the terminal's own colours, after every reset.
        let colors = codes.filter { ((30...49).contains($0) && $0 % 10 != 9) || (90...107).contains($0) }
        #expect(colors.isEmpty, "\(colors)")
    }

    @Test("20: a dumb terminal gets no full screen")
    func dumb() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, environment: "TERM=dumb")
        try studio.wait("nothing was said") { try studio.screen().contains { $0.isLetter } }
        #expect(try !studio.screen().contains("━"))
    }

    @Test("21: text beside the picture changes a hundred times, help opens and closes: the picture is untouched")
    func pictureStays() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24, options: "--graphics half")
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        try studio.leavePrompt()
        try studio.key("Space")
        try studio.gone("draft 1 saved")
        // Between frames only larger differences are sent; a whole repaint is exact.
        try studio.key(",", "C-l")
        let before = Self.picture(in: try studio.settle(withStyles: true))
        #expect(before.contains { $0.contains("▀") })
        for _ in 0..<50 { try studio.key("Right", "Left") }
        try studio.key("F1")
        try studio.see("Everywhere")
        try studio.key("Escape")
        try studio.gone("Everywhere")
        #expect(Self.picture(in: try studio.settle(withStyles: true)) == before)
    }

    @Test("32: drafts, prompt and settings are there after a restart")
    func restart() throws {
        let studio = try TmuxStudio()
        try studio.start(80, 24)
        try studio.see("? help")
        try studio.type("a fox")
        try studio.key("Enter")
        try studio.see("draft 1 saved")
        try studio.type(" in the snow")
        try studio.leavePrompt()
        try studio.key("q")
        try studio.see("EXIT=0")
        try studio.close()
        try studio.start(80, 24)
        try studio.see("commit draft 1")
        try studio.see("a fox in the snow")
    }

    // MARK: Looking

    /// The screen without what plays: the rows of the upper part are cut before the preview.
    private static func chrome(of screen: String) -> [String] {
        screen.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            index >= 1 && index <= 15 ? String(line.prefix(38)) : index == 0 ? String(line.prefix(60)) : String(line)
        }
    }

    /// The cells of the picture at 80x24 with their colours.
    private static func picture(in screen: String) -> [String] {
        screen.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).prefix(12).map { line in
            // What stands after the second border of the row belongs to the preview.
            line.split(separator: "│", omittingEmptySubsequences: false).dropFirst(2).joined(separator: "│")
        }
    }
}
