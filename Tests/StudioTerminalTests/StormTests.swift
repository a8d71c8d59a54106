import Foundation
import TerminalKit
import Testing

extension StudioScenarios {
    /// Input nobody would type, and a day of work. `TURBO2K_TEST_STORMS=1` takes the design's full sizes.
    @Suite(.serialized) struct Storms {
        @Test("19: random bytes leave the studio alive, outside any sequence, and it quits cleanly")
        func randomBytes() throws {
            let studio = try PlayedStudio(
                answers: PlayedStudio.plain, environment: ["TURBO2K_TEST_NO_QUIT": "1", "VISUAL": "true"])
            var random = SystemRandomNumberGenerator()
            let count = StudioScenarios.isFull ? 1 << 20 : 1 << 15
            // Without the bytes that stop, suspend and kill.
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                .filter { ![0x03, 0x1A, 0x1C].contains($0) }
            studio.type(bytes, pieces: 512)
            // Whatever was begun ends with this: a string, a paste, a dialog, a filter.
            studio.type("\u{18}\u{1B}\\\u{1B}[201~")
            try studio.wait("the studio usable") {
                studio.type("\u{1B}")
                studio.terminal.run(for: .milliseconds(150))
                studio.type("\u{1B}1")
                let report = try studio.report()
                return report.dialogs.isEmpty && report.focus == "prompt"
            }
            studio.type("\u{5}ж")
            try studio.wait("a key acts", forReport: { $0.prompt.contains("ж") })
            #expect(try studio.quit() == 0)
        }

        /// Known keys, without those that stop a job, suspend or kill.
        private static let keys: [String] =
            [
                "\r", "\t", "\u{1B}[Z", " ", "\u{7F}", "\u{1B}[A", "\u{1B}[B", "\u{1B}[C", "\u{1B}[D", "\u{1B}OA",
                "\u{1B}OH",
            ]
            + [
                "\u{1B}[5~", "\u{1B}[6~", "\u{1B}[H", "\u{1B}[F", "\u{1B}[3~", "\u{1B}[1;5C", "\u{1B}[1;2D",
                "\u{1B}[1;4C",
            ]
            + [
                "\u{1B}OP", "\u{1B}OQ", "\u{1B}OR", "\u{1B}[18~", "\u{1B}[19~", "\u{1B}b", "\u{1B}f", "\u{1B}d",
                "\u{1B}_",
            ]
            + ["\u{10}", "\u{12}", "\u{C}", "\u{17}", "\u{B}", "\u{15}", "\u{19}", "\u{1F}", "\u{4}", "\u{18}\u{5}"]
            + (1...8).map { "\u{1B}\($0)" } + "abefhjkmnostuvwABDFVXZ.,<>[]/?:=+-12345678é漢".map { String($0) }

        private static func event(_ random: inout SystemRandomNumberGenerator) -> String {
            guard Int.random(in: 0..<4, using: &random) == 0 else { return keys.randomElement(using: &random) ?? " " }
            let button = [0, 0, 2, 32, 64, 65].randomElement(using: &random) ?? 0
            let (x, y) = (Int.random(in: 1...80, using: &random), Int.random(in: 1...24, using: &random))
            return "\u{1B}[<\(button);\(x);\(y)\(Bool.random(using: &random) ? "M" : "m")"
        }

        @Test("19: random keys and mouse events while a commit runs do it no harm")
        func randomKeys() throws {
            let tmux = try TmuxStudio()
            try tmux.makeDraft()
            let expected = try tmux.referenceCommit(ofDraft: 1)
            let studio = try PlayedStudio(
                answers: PlayedStudio.plain, stepMilliseconds: StudioScenarios.isFull ? 3000 : 400,
                environment: ["TURBO2K_TEST_NO_QUIT": "1", "VISUAL": "true"], home: tmux.home)
            try studio.wait("the draft", forReport: { $0.drafts.selected == 1 })
            studio.type("\u{14}")
            try studio.wait("the dialog", forReport: { !$0.dialogs.isEmpty })
            studio.type("\r")
            try studio.wait(
                "the commit", forReport: { $0.jobs.contains { $0.kind == "commit" && $0.state == "running" } })
            let commit = try #require(try studio.report().jobs.first { $0.kind == "commit" }).id
            var random = SystemRandomNumberGenerator()
            var typed: [String] = []
            for index in 0..<(StudioScenarios.isFull ? 10_000 : 800) {
                let event = Self.event(&random)
                typed.append(event)
                studio.type(event)
                if index.isMultiple(of: 8) { studio.terminal.run(for: .milliseconds(1)) }
                studio.terminal.forget()
            }
            #expect(try studio.report().process.id > 0, "\(typed.suffix(100))")
            // A random way to the queue may have stopped it; then it goes on from its state.
            try studio.wait(
                "the commit's end",
                forReport: {
                    $0.jobs.contains { $0.id == commit && ($0.state == "done" || $0.state == "stopped") }
                })
            let isStopped = try studio.report().jobs.contains { $0.id == commit && $0.state == "stopped" }
            #expect(try studio.quit() == 0)
            if isStopped {
                let resumed = try tmux.turbo2k("resume", "\(commit)", "--engine", "fake", "--fake-step-ms", "1")
                #expect(resumed.status == 0)
            }
            let output = try #require(try tmux.outputFile(ofJob: commit))
            #expect(try tmux.digest(of: output) == expected, "\(typed.suffix(100))")
        }

        @Test(
            "46: many drafts leave memory and open files where they were",
            .enabled(
                if: StudioScenarios.isAsked("TURBO2K_TEST_DRAFTS"), "TURBO2K_TEST_DRAFTS=2000 makes so many drafts"))
        func manyDrafts() throws {
            let wanted = Int(ProcessInfo.processInfo.environment["TURBO2K_TEST_DRAFTS"] ?? "") ?? 2000
            let studio = try PlayedStudio(answers: PlayedStudio.plain, stepMilliseconds: 0)
            try studio.makeDraft()
            studio.type(" {" + (1...Self.batchSize).map(String.init).joined(separator: "|") + "}")
            // A tenth of the way stands for the first hour of a day, when caches and lists have found their size.
            let settled = max(wanted / 10, min(wanted / 2, 1000))
            var early: [ScreenFacts.Process] = []
            var late: [ScreenFacts.Process] = []
            var made = 1
            let start = ContinuousClock.now
            while made < wanted {
                studio.type("\r")
                try studio.wait("the question", forReport: { !$0.dialogs.isEmpty })
                studio.type("y")
                made += Self.batchSize
                // The next batch is entered before this one is done, so that the queue is never empty.
                try wait(studio, forDraft: made - Self.batchSize / 2)
                let startsTheDay = made >= settled && early.count < Self.readingCount
                guard
                    startsTheDay || made % 1000 < Self.batchSize || made + Self.readingCount * Self.batchSize >= wanted
                else { continue }
                let process = try studio.report().process
                if startsTheDay { early.append(process) }
                late = late.suffix(Self.readingCount - 1) + [process]
                let rate = Double(made) / ((ContinuousClock.now - start) / .seconds(1))
                print(
                    "drafts \(made): \(process.residentBytes >> 10) KiB, \(process.openFiles) files,"
                        + " \((rate * 10).rounded() / 10) a second")
            }
            try wait(studio, forDraft: made)
            #expect(median(late, \.residentBytes) - median(early, \.residentBytes) < 10 << 20)
            #expect(abs(median(late, \.openFiles) - median(early, \.openFiles)) <= 2)
        }

        /// One reading catches pictures that are on their way, worth more than all that may be lost in a day.
        private func median(_ readings: [ScreenFacts.Process], _ value: KeyPath<ScreenFacts.Process, Int>) -> Int {
            let sorted = readings.map { $0[keyPath: value] }.sorted()
            return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        }

        private static let readingCount = 7
        private static let batchSize = 50

        /// Looks for its clip: asking the studio would take time from the work.
        private func wait(_ studio: PlayedStudio, forDraft id: Int) throws {
            let poster = studio.home.appending(path: "data/jobs/\(id)/poster.png")
            try studio.wait("draft \(id)") {
                studio.terminal.run(for: .milliseconds(100))
                studio.terminal.forget()
                return FileManager.default.fileExists(atPath: poster.path)
            }
        }
    }
}
