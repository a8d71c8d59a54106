import Foundation
import TerminalKit
import Testing

extension StudioScenarios {
    /// What the screen looks like, and when it keeps still.
    @Suite(.serialized) struct Look {
        /// Terminals other than tmux's own, which a row of the design's scenarios must pass too.
        private static let terminals = ["tmux-256color", "xterm-256color", "xterm", "linux"]

        @Test(
            "1: three sizes fill the screen and no row is too wide",
            arguments: [(80, 24), (120, 40), (200, 60)], terminals + ["vt100"])
        func threeSizes(size: (columns: Int, rows: Int), term: String) throws {
            let (columns, rows) = size
            let studio = try TmuxStudio.opened(
                columns, rows, with: .prompt("a fox"), environment: "TERM=\(term)")
            try studio.see("Prompt")
            try studio.see("a fox")
            let lines = try studio.lines
            #expect(lines.count == rows)
            for line in lines { #expect(line.count <= columns) }
            if columns == 200 {
                try studio.see("Presets")
                try studio.see("Log")
            }
        }

        @Test(
            "20: NO_COLOR sends no colour, and still shows focus by bold and the selection by reverse",
            arguments: terminals)
        func noColor(term: String) throws {
            let studio = try TmuxStudio.opened(with: .draft("a fox"), environment: "NO_COLOR=1 TERM=\(term)")
            try studio.key("C-p")
            try studio.see("Actions")
            let codes = Self.styleCodes(try studio.screen(withStyles: true))
            #expect(codes.contains(1) && codes.contains(7))
            // tmux itself writes 39 and 49, the terminal's own colours, after every reset.
            let colors = codes.filter { ((30...49).contains($0) && $0 % 10 != 9) || (90...107).contains($0) }
            #expect(colors.isEmpty, "\(colors)")
        }

        @Test("20: a terminal of eight colours gets no others", arguments: ["xterm", "linux"])
        func eightColors(term: String) throws {
            let home = try TmuxStudio()
            let trace = home.home.appending(path: "trace")
            try home.open(with: .draft("a fox"), options: "--trace-bytes \(trace.path)", environment: "TERM=\(term)")
            try home.leavePrompt()
            let codes = Self.styleCodes(String(decoding: try Data(contentsOf: trace), as: UTF8.self))
            #expect(codes.contains { (30...37).contains($0) })
            #expect(!codes.contains { $0 == 38 || $0 == 48 })
            // The Linux console has bright colours of its own in pictures, the text none.
            if term == "xterm" { #expect(!codes.contains { (90...107).contains($0) }) }
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
            let studio = try TmuxStudio.opened(with: .draft("a fox"), options: "--graphics half")
            try studio.leavePrompt()
            try pause(studio)
            // Between frames only larger differences are sent; a whole repaint is exact.
            try studio.key(",", "C-l")
            let before = Self.picture(in: try studio.settle(withStyles: true))
            #expect(before.contains { $0.contains("▀") })
            for _ in 0..<40 { try studio.key("Right", "Left") }
            try studio.key("M-1")
            for _ in 0..<10 { try studio.key("x", "BSpace") }
            try studio.leavePrompt()
            try studio.key("F1")
            try studio.see("Everywhere")
            try studio.key("Escape")
            try studio.gone("Everywhere")
            #expect(Self.picture(in: try studio.settle(withStyles: true)) == before)
        }

        @Test("21: another theme draws the cells under a still picture anew, and the picture with them")
        func pictureInAnotherTheme() throws {
            let studio = try TmuxStudio.opened(with: .draft("a fox"), options: "--graphics half")
            try studio.leavePrompt()
            try pause(studio)
            try studio.key(",", "C-l")
            let before = Self.picture(in: try studio.settle())
            #expect(before.contains { $0.contains("▀") })
            let theme = try studio.report().theme
            for _ in 0..<2 {
                try studio.key("F8")
                #expect(Self.picture(in: try studio.settle()) == before)
            }
            #expect(try studio.report().theme != theme)
        }

        @Test("21: an ASCII picture stays around a dialog, and is whole after it")
        func asciiUnderDialog() throws {
            let studio = try TmuxStudio.opened(120, 40, with: .draft("a fox"), options: "--graphics ascii")
            try studio.leavePrompt()
            try pause(studio)
            let before = try studio.settle()
            try studio.key("C-t")
            try studio.see("Commit draft 1")
            let area = try #require(try studio.report().panes["preview"])
            let covered = try studio.settle().split(separator: "\n", omittingEmptySubsequences: false)
            let uncovered = before.split(separator: "\n", omittingEmptySubsequences: false)
            // The dialog is narrower than the screen: the picture's last columns show beside it.
            for row in area.y + 1..<area.y + area.height - 3 {
                #expect(covered[row].suffix(8) == uncovered[row].suffix(8), "row \(row)")
            }
            try studio.key("Escape")
            try studio.gone("Commit draft 1")
            #expect(try studio.settle() == before)
        }

        @Test(
            "26: with nothing to do not a byte is sent: with a draft and reduced motion, or just opened",
            arguments: [("motion = \"reduced\"\n", TmuxStudio.Beginning.draft("a fox")), ("", .prompt("a fox"))])
        func idle(settings: String, beginning: TmuxStudio.Beginning) throws {
            let studio = try TmuxStudio()
            try studio.writeSettings(settings)
            try studio.open(with: beginning)
            try studio.wait("a message stays", forReport: { $0.message == nil })
            _ = try studio.settle()
            let before = try studio.report().process.writtenBytes
            Thread.sleep(forTimeInterval: 5)
            #expect(try studio.report().process.writtenBytes == before)
        }

        @Test("27: a clip plays at no more than twelve frames a second, each of few bytes, at its true speed")
        func animation() throws {
            let studio = try PlayedStudio(
                answers: PlayedStudio.plain, options: ["--graphics", "half"], environment: ["COLORTERM": "truecolor"])
            try studio.makeDraft()
            try studio.wait("the message gone", forReport: { $0.message == nil })
            let start = ContinuousClock.now
            let before = try studio.report().process
            studio.terminal.run(for: .seconds(5))
            try studio.wait("the clip moves", forReport: { $0.process.sentFrames > before.sentFrames + 5 })
            let (after, end) = (try studio.report().process, ContinuousClock.now)
            let frames = Double(after.sentFrames - before.sentFrames)
            #expect(frames <= 12.6 * ((end - start) / .seconds(1)) + 2)
            #expect(Double(after.writtenBytes - before.writtenBytes) / frames < 700 * 1024 / 12)
        }

        @Test("19: colours, mouse and frame rate follow the settings file while the studio runs")
        func liveSettings() throws {
            let studio = try PlayedStudio(answers: PlayedStudio.plain)
            try studio.makeDraft()
            func write(_ text: String) throws {
                let folder = studio.home.appending(path: "config")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                studio.terminal.forget()
                try text.write(to: folder.appending(path: "config.toml"), atomically: true, encoding: .utf8)
            }
            try write("mouse = false\n")
            try studio.see(ControlBytes.mouseOff)
            try write("mouse = true\n")
            try studio.see(ControlBytes.mouseOn)
            #expect(Self.hasColors(studio.text) || studio.text.contains("▀"))
            try write("color = \"never\"\n")
            // Everything is drawn again, without colours.
            try studio.see("\u{1B}[2J")
            try studio.wait("the message", forReport: { $0.message?.text.contains("read again") == true })
            let redrawn = studio.text.components(separatedBy: "\u{1B}[2J").last ?? ""
            #expect(!Self.hasColors(redrawn))
            try write("color = \"256\"\nfps = 1\n")
            try studio.wait("colours") { Self.hasColors(studio.text) }
            try studio.wait("a frame") { studio.text.contains(ControlBytes.readyQuestion) }
            studio.terminal.forget()
            let start = ContinuousClock.now
            studio.terminal.run(for: .seconds(3))
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let frames = studio.text.components(separatedBy: ControlBytes.readyQuestion).count - 1
            #expect(Double(frames) <= seconds + 1, "\(frames) in \(seconds) s")
        }

        private static func hasColors(_ text: String) -> Bool {
            styleCodes(text).contains { ((30...49).contains($0) && $0 % 10 != 9) || (90...107).contains($0) }
        }

        // MARK: Looking

        /// Lets the clip on the screen stand still, and the message go.
        private func pause(_ studio: TmuxStudio) throws {
            try studio.wait("no clip plays", forReport: { $0.preview.isPlaying && $0.preview.frame != nil })
            try studio.key("Space")
            try studio.wait("it plays on", forReport: { !$0.preview.isPlaying && $0.message == nil })
        }

        private static func styleCodes(_ text: String) -> [Int] {
            text.matches(of: /\u{1B}\[([0-9;]*)m/).flatMap { $0.1.split(separator: ";").compactMap { Int($0) } }
        }

        /// The cells of the picture at 80x24 with their colours.
        private static func picture(in screen: String) -> [String] {
            screen.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).prefix(12).map { line in
                // What stands after the second border of the row belongs to the preview.
                line.split(separator: "│", omittingEmptySubsequences: false).dropFirst(2).joined(separator: "│")
            }
        }
    }
}
