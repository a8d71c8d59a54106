import Foundation
import Testing

extension StudioScenarios {
    /// Start, suspension, signals, end: the terminal is given back whole.
    @Suite(.serialized) struct TerminalLife {
        /// What tmux knows of the modes: cursor shown, mouse, second screen, keypad.
        private static let modes = "#{cursor_flag} #{mouse_any_flag} #{alternate_on} #{keypad_flag}"

        private func expectWhole(_ studio: TmuxStudio, _ comment: String) throws {
            try studio.wait("the modes are not back: \(comment)") { try studio.ask(Self.modes) == "1 0 0 0" }
            try studio.enter(
                "clear; stty -a | tr ' ;' '\\n\\n' | grep -x 'icanon\\|echo\\|icrnl\\|isig' | tr '\\n' ' '")
            try studio.see("icrnl isig icanon echo")
        }

        /// A failed precondition of Swift ends in SIGILL or SIGTRAP, as the processor has it.
        private static let crashes: [(way: String, statuses: [Int32])] = [
            ("trap", [128 + SIGILL, 128 + SIGTRAP]), ("overflow", [128 + SIGILL, 128 + SIGTRAP]),
            ("abort", [128 + SIGABRT]), ("segv", [128 + SIGSEGV]), ("bus", [128 + SIGBUS]), ("fpe", [128 + SIGFPE]),
            ("ill", [128 + SIGILL]), ("hup", [128 + SIGHUP]), ("int", [128 + SIGINT]), ("quit", [128 + SIGQUIT]),
            ("term", [128 + SIGTERM]),
        ]

        @Test("11: after a crash the terminal is whole and the status is the signal's")
        func crash() throws {
            let studio = try TmuxStudio.shell()
            for (way, statuses) in Self.crashes {
                try studio.enterForStatus(try studio.program("__crash \(way)"))
                let status = try studio.exitStatus()
                #expect(statuses.contains(status), "\(way) ends with \(status)")
                try expectWhole(studio, way)
            }
        }

        @Test(
            "11: signals from outside end the studio with a clip playing and help open, and leave the terminal whole",
            arguments: ["HUP", "TERM", "INT", "QUIT"])
        func signals(name: String) throws {
            let studio = try TmuxStudio.shell()
            try studio.enterForStatus(try studio.command())
            try studio.see("? help")
            try studio.type("a fox")
            try studio.key("Enter")
            try studio.see("draft 1 saved")
            try studio.key("F1")
            try studio.wait("no help", forReport: { $0.dialogs == ["help"] })
            let process = try studio.report().process.id
            try studio.shell("kill -\(name) \(process)")
            let numbers: [String: Int32] = ["HUP": 129, "TERM": 143, "INT": 130, "QUIT": 131]
            #expect(try studio.exitStatus() == numbers[name])
            try expectWhole(studio, name)
            // What was typed is there again.
            try studio.enter(try studio.command())
            try studio.see("? help")
            #expect(try studio.report().prompt == "a fox")
        }

        @Test(
            "11: signals end a playing clip and leave the terminal whole",
            arguments: ["HUP", "TERM", "INT", "QUIT"])
        func playerSignals(name: String) throws {
            let studio = try TmuxStudio.shell()
            let clip = try studio.makeClip()
            try studio.enterForStatus(try studio.program("play --loop --graphics half \(clip.path)"))
            try studio.see("▀")
            let player = try #require(studio.process(playing: clip))
            try studio.shell("kill -\(name) \(player)")
            #expect(try studio.exitStatus() > 128)
            try expectWhole(studio, name)
        }

        @Test("11: q and Ctrl-C end a playing clip, Ctrl-Z stops it, fg goes on")
        func playerKeys() throws {
            let studio = try TmuxStudio.shell()
            let clip = try studio.makeClip()
            for (key, status) in [("q", 0), ("Escape", 0), ("C-c", 130)] as [(String, Int32)] {
                let command = try studio.program("play --loop --graphics half \(clip.path)")
                try studio.enter("clear; \(command); echo STATUS=$?.")
                try studio.see("▀")
                if key == "q" {
                    try studio.key("C-z")
                    try studio.see("Stopped")
                    try expectWhole(studio, "stopped")
                    try studio.enter("clear; fg; echo STATUS=$?.")
                    try studio.see("▀")
                }
                try studio.key(key)
                #expect(try studio.exitStatus() == status, "\(key)")
                try expectWhole(studio, key)
            }
        }

        @Test("12: suspended from a shell the terminal is whole, and fg brings the studio back")
        func suspend() throws {
            let studio = try TmuxStudio.shell()
            try studio.enter(try studio.command())
            try studio.see("? help")
            try studio.key("C-z")
            try studio.see("Stopped")
            try expectWhole(studio, "suspended")
            try studio.enter("fg")
            try studio.see("? help")
            try studio.type("still here")
            try studio.see("still here")
        }

        @Test("12: a commit goes on behind a suspended studio, or after it, and comes out unharmed")
        func suspendedCommit() throws {
            let studio = try TmuxStudio.shell()
            try studio.makeDraft()
            let expected = try studio.referenceCommit(ofDraft: 1)
            try studio.enter(try studio.command(stepMilliseconds: 300))
            try studio.see("commit draft 1")
            try studio.key("C-t")
            try studio.see("Commit draft 1")
            try studio.key("Enter")
            try studio.waitForCommit("running")
            for _ in 0..<3 {
                try studio.key("C-z")
                try studio.see("Stopped")
                try studio.enter("clear; fg")
                try studio.see("? help")
            }
            try studio.waitForCommit("done")
            #expect(try studio.newestClipDigest() == expected)
        }

        @Test("9: where the settings want it a job finishes its step and waits while the studio is suspended")
        func pausedWhileSuspended() throws {
            let studio = try TmuxStudio.shell()
            try studio.writeSettings("pause_on_suspend = true\n")
            try studio.enter(try studio.command(stepMilliseconds: 250))
            try studio.see("? help")
            try studio.type("a fox")
            try studio.key("Enter")
            try studio.seeStep(3)
            try studio.key("C-z")
            try studio.see("Stopped")
            try studio.waitOutside("the job waits") {
                try studio.turbo2k("queue", "--json").output.contains("\"state\":\"waiting\"")
            }
            Thread.sleep(forTimeInterval: 1)
            #expect(try studio.turbo2k("queue", "--json").output.contains("\"state\":\"waiting\""))
            try studio.enter("clear; fg")
            try studio.see("draft 1 saved")
        }

        @Test("12: without a shell it says so and stays usable")
        func suspendWithoutShell() throws {
            let studio = try TmuxStudio()
            try studio.startShell(80, 24, "exec " + (try studio.command()))
            try studio.see("? help")
            try studio.key("C-z")
            try studio.see("No shell")
            try studio.type("still here")
            try studio.see("still here")
        }

        @Test("13: sizes in a row with a clip playing and a commit running leave a whole screen and an unharmed job")
        func resizeStorm() throws {
            let studio = try TmuxStudio()
            try studio.makeDraft()
            let expected = try studio.referenceCommit(ofDraft: 1)
            try studio.open(stepMilliseconds: isFull ? 3000 : 400)
            try studio.see("commit draft 1")
            try studio.key("C-t")
            try studio.see("Commit draft 1")
            try studio.key("Enter")
            try studio.waitForCommit("running")
            var random = SystemRandomNumberGenerator()
            var sizes: [String] = []
            for _ in 0..<(isFull ? 500 : 60) {
                let (columns, rows) = (Int.random(in: 20...220, using: &random), Int.random(in: 5...70, using: &random))
                sizes.append("\(columns)x\(rows)")
                try studio.resize(columns, rows)
                Thread.sleep(forTimeInterval: 0.02)
            }
            try studio.resize(80, 24)
            try studio.waitForCommit("done")
            #expect(try studio.newestClipDigest() == expected)
            try studio.wait("a message stays", forReport: { $0.message == nil })
            try studio.leavePrompt()
            try studio.key("Space")
            try studio.wait("the clip plays on", forReport: { !$0.preview.isPlaying })
            let area = try #require(try studio.report().preview.area)
            let after = Self.chrome(of: try studio.settle(), without: area)
            try studio.key("C-l")
            let fresh = Self.chrome(of: try studio.settle(), without: area)
            #expect(after == fresh, "\(sizes)\n\(after)\n\(fresh)")
            let corners = try studio.lines.map { $0.count { "┌┏".contains($0) } }.reduce(0, +)
            #expect(corners == 4, "\(sizes)")
        }

        @Test("14: a window that is too small says so, and growing it back brings everything back")
        func tooSmall() throws {
            let studio = try TmuxStudio.opened(with: .prompt("a fox"), stepMilliseconds: 150)
            try studio.key("Enter")
            try studio.seeStep(2)
            try studio.resize(50, 12)
            try studio.see("needs 60x16")
            try studio.resize(80, 24)
            try studio.see("a fox")
            try studio.wait("the job did not go on", forReport: { $0.drafts.all == 1 })
        }

        /// The screen without memory and disk at the end of the first row, which change by themselves, and without the
        /// picture, of which small differences are not sent.
        private static func chrome(of screen: String, without area: ScreenFacts.Area) -> String {
            screen.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { row, line in
                if row == 0 { return String(line.prefix(60)) }
                guard (area.y..<area.y + area.height).contains(row) else { return String(line) }
                return String(line.prefix(area.x) + line.dropFirst(area.x + area.width))
            }.joined(separator: "\n")
        }

        private var isFull: Bool { StudioScenarios.isFull }
    }
}
