import Foundation
import Generation
import TerminalKit

/// How the studio feels: its first frame, its keys with the engine on every core, and what it costs while nothing
/// happens and while a clip plays.
enum StudioBenchmarks {
    private static let keyCount = 500
    /// Letters that stand nowhere else on the screen.
    private static let letters = Array("абвгдежзийклмнопрстуфхцчшщъыьэюя")
    private static let promptLength = 100
    private static let busyDrafts = 40
    private static let observedSeconds = 5

    /// The cases, for the program of that path.
    static func cases(_ program: String) -> [BenchmarkCase] {
        [
            one("studio.start", "from the start of the program to the end of its first frame") { _ in
                try start(program)
            },
            one("studio.key", "from a key to the screen, nothing else going on") { context in
                try keys("studio.key", program, context, makesDrafts: false)
            },
            one("studio.key-busy", "from a key to the screen while the model makes drafts on every core") { context in
                try keys("studio.key-busy", program, context, makesDrafts: true)
            },
            one("studio.idle", "what an idle studio writes and computes") { _ in
                try idle(program)
            },
            one("studio.play", "what a playing draft writes and computes, half-blocks at 80x24") { _ in
                try play(program)
            },
        ]
    }

    /// What waits for the disk and for the history.
    static func cases(estimates: @escaping @Sendable (Int) async throws -> [Double]) -> [BenchmarkCase] {
        [
            BenchmarkCase(
                "studio.estimate", "from a value of the form to its time and memory, 200 jobs known",
                precisions: .chosenOrBest
            ) { context, _ in
                let samples = try await estimates(context.options.runs ?? 20)
                return [Measurement(name: "studio.estimate", seconds: Timing(samples))]
            },
            one("studio.state", "the state behind a step of 2560x1440, 121 frames, to the disk") { context in
                try state(runs: context.options.runs ?? 10)
            },
        ]
    }

    private static func state(runs: Int) throws -> Measurement {
        let folder = FileManager.default.temporaryDirectory.appending(path: "turbo2k-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tokens = 80 * 45 * 16
        let times = try (0..<runs).map { _ in try StateTiming.measure(tokenCount: tokens, channels: 128, in: folder) }
        var result = Measurement(name: "studio.state", seconds: Timing(times.map(\.seconds)))
        result.details["file_bytes"] = times.last.map { Double($0.bytes) }
        return result
    }

    private static func one(
        _ name: String, _ summary: String, _ body: @escaping @Sendable (BenchmarkContext) throws -> Measurement
    ) -> BenchmarkCase {
        BenchmarkCase(name, summary, precisions: .chosenOrBest) { context, _ in [try body(context)] }
    }

    private static func start(_ program: String) throws -> Measurement {
        let samples = try (0..<10).map { _ in try StudioSession(program, ["--engine", "fake"]).firstFrameSeconds }
        return Measurement(name: "studio.start", seconds: Timing(samples))
    }

    private static func keys(
        _ name: String, _ program: String, _ context: BenchmarkContext, makesDrafts: Bool
    ) throws -> Measurement {
        let session = try StudioSession(program, ["--model", context.options.model])
        if makesDrafts {
            session.terminal.type("a fox")
            session.terminal.run(for: .seconds(1))
            session.terminal.type(String(repeating: "\r", count: busyDrafts))
            try session.see("1/")
        }
        let before = ProcessTimes.machineTicks()
        var samples: [Double] = []
        let count = context.options.runs.map { $0 * 10 } ?? keyCount
        for index in 0..<count {
            if index.isMultiple(of: promptLength) { session.terminal.type("\u{15}") }
            guard let seconds = session.echoSeconds(of: letters[index % letters.count]) else {
                throw GenerationError.badValue("A key did not come to the screen in ten seconds.")
            }
            samples.append(seconds)
            // A person types no faster than this, and not in step with the screen's own clock.
            session.terminal.run(for: .milliseconds(10 + (index * 7) % 23))
        }
        let after = ProcessTimes.machineTicks()
        var result = Measurement(name: name, seconds: Timing(samples))
        let sorted = samples.sorted()
        result.details["p99_s"] = sorted[min(sorted.count * 99 / 100, sorted.count - 1)]
        result.details["machine_busy"] = (after.busy - before.busy) / max(after.all - before.all, 1)
        return result
    }

    private static func idle(_ program: String) throws -> Measurement {
        let session = try StudioSession(program, ["--engine", "fake"])
        // Answers, estimates and the first facts come in.
        session.terminal.run(for: .seconds(2))
        return observed("studio.idle", session)
    }

    private static func play(_ program: String) throws -> Measurement {
        let session = try StudioSession(program, ["--engine", "fake", "--fake-step-ms", "10", "--graphics", "half"])
        session.terminal.type("a fox\r")
        try session.see("draft 1 saved")
        session.terminal.run(for: .seconds(2))
        return observed("studio.play", session)
    }

    private static func observed(_ name: String, _ session: StudioSession) -> Measurement {
        let (bytes, cpu) = session.observe(seconds: observedSeconds)
        var result = Measurement(name: name, seconds: Timing([Double(observedSeconds)]))
        result.details["written_bytes"] = Double(bytes)
        result.details["kib_each_second"] = Double(bytes) / 1024 / Double(observedSeconds)
        result.details["share_of_a_core"] = cpu / Double(observedSeconds)
        return result
    }
}
