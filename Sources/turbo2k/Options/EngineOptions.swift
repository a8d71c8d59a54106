import ArgumentParser
import Foundation
import Generation
import StudioCore

/// Which engine runs the jobs. The fake one has no weights and is for tests of everything above it.
struct EngineOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case cpu
        case fake
    }

    @Option(help: ArgumentHelp("cpu, or fake: no weights, pictures made from the seed.", visibility: .hidden))
    var engine = Kind.cpu

    @Option(help: .hidden)
    var fakeStepMs = 200

    @Option(help: .hidden)
    var fakeDecodeMs = 200

    @Option(help: .hidden)
    var fakeMemory: String?

    @Option(help: .hidden)
    var fakeFail: String?

    @Option(help: .hidden)
    var fakeDisk: String?

    @Option(help: .hidden)
    var fakeBuild: String?

    @Flag(help: .hidden)
    var keepOrder = false

    @Option(help: ArgumentHelp("CPU threads; all by default.", valueName: "count"))
    var threads: Int?

    @Flag(help: "Start even where the plan says that memory will not do.")
    var ignoreMemory = false

    @Flag(help: "Run jobs in this process, not in the engine's own.")
    var inProcess = false

    /// Asked for, or by the environment.
    var runsInProcess: Bool {
        inProcess || !["", "0"].contains(ProcessInfo.processInfo.environment["TURBO2K_IN_PROCESS"] ?? "")
    }

    /// How the engine is started, as options: the same for two programs that can share one. Settings that an engine takes
    /// at its start are among them, so that a change of theirs is noticed.
    private func words(_ settings: Settings) -> [String] {
        var words: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { words += [name, value] }
        }
        if engine == .fake {
            add("--engine", engine.rawValue)
            add("--fake-step-ms", String(fakeStepMs))
            add("--fake-decode-ms", String(fakeDecodeMs))
            add("--fake-memory", fakeMemory)
            add("--fake-fail", fakeFail)
            add("--fake-disk", fakeDisk)
            add("--fake-build", fakeBuild)
        }
        add("--threads", (threads ?? settings.threads).map(String.init))
        if ignoreMemory { words.append("--ignore-memory") }
        if keepOrder || !settings.draftsGoFirst { words.append("--keep-order") }
        return words
    }

    /// Variables that change what an engine computes stand before its options.
    func identity(_ settings: Settings) -> String {
        let kernels = ProcessInfo.processInfo.environment["TURBO2K_KERNELS"].map { ["TURBO2K_KERNELS=\($0)"] } ?? []
        return (kernels + words(settings)).joined(separator: " ")
    }

    /// How the worker with this engine is started.
    func launch(_ workplace: Workplace) -> WorkerLaunch { launch(workplace.settings, workplace.paths) }

    /// How it is started under these settings.
    func launch(_ settings: Settings, _ paths: StudioPaths) -> WorkerLaunch {
        WorkerLaunch(arguments: ["worker"] + words(settings), logFile: paths.logFile)
    }

    /// Checks what the argument parser cannot.
    func check() throws {
        if let threads { _ = try Values.inRange(threads, 1...1024, "--threads") }
        for (name, value) in [("--fake-memory", fakeMemory), ("--fake-disk", fakeDisk)] {
            if let value, Self.bytes(value) == nil {
                throw GenerationError.badValue("\(name) must be a number of bytes, with K, M or G, is \(value).")
            }
        }
        if let fakeFail, FakeOptions.Failure(fakeFail) == nil {
            throw GenerationError.badValue(
                "--fake-fail must be STAGE:PART[:memory|disk|crash[:COUNT]], is \(fakeFail).")
        }
    }

    /// Reads `10M`, `2G`, `1234`.
    static func bytes(_ text: String) -> Int? {
        let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30]
        let shift = text.last.flatMap { shifts[$0] } ?? 0
        let digits = shift == 0 ? text[...] : text.dropLast()
        guard let count = Int(digits), count >= 0, count < 1 << 32 else { return nil }
        return count << shift
    }

    /// What the disk of a folder has free: as the system says, or as `--fake-disk` does.
    var diskSpace: @Sendable (URL) -> DiskSpace? {
        guard let bytes = fakeDisk.flatMap(Self.bytes) else { return DiskSpace.of }
        return { _ in DiskSpace(volume: 0, freeBytes: bytes) }
    }

    /// The options of the fake engine.
    var fakeOptions: FakeOptions {
        var options = FakeOptions(stepMilliseconds: max(fakeStepMs, 0), decodeMilliseconds: max(fakeDecodeMs, 0))
        options.build = fakeBuild
        options.failure = fakeFail.flatMap { FakeOptions.Failure($0) }
        options.diskBytes = fakeDisk.flatMap(Self.bytes)
        if let bytes = fakeMemory.flatMap(Self.bytes) { options.availableBytes = bytes }
        return options
    }
}
