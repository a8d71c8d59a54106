import Foundation
import VideoIO

/// One run of the fake engine: waits, events and files.
struct FakeJob: Sendable {
    let options: FakeOptions
    let looks: LookWishes
    let failures: FakeFailures
    let send: @Sendable (GenerationEvent) -> Void

    /// Stands for weights there are none of.
    private static let weightsSHA256 = String(repeating: "0", count: 64)

    func draft(_ request: DraftRequest) async throws {
        let recipe = request.recipe
        try check(recipe)
        try checkMemory(recipe, margin: request.memoryMargin, stages: [.load, .text, .lr])
        try makeFolder(request.folder)
        var log = JobLog()
        try await run(.load, log: &log) {}
        try await run(.text, log: &log) {}
        let clip = FakeClip(prompt: recipe.prompt, seed: recipe.seed)
        try await runPass(
            .lr, recipe.lr, recipe, clip: clip, folder: request.folder, previews: request.wantsPreviews,
            takesOther: request.takesOtherState, stepEnd: request.stepEnd, log: &log)
        try keepLatent(recipe, in: request.folder)
        let kept = request.folder.appendingPathComponent("clip.mp4")
        try await runDecode(recipe.frames, log: &log)
        let decoded = request.wantsPreviews ? decodedPreview(clip, recipe, size: recipe.lr.size) : nil
        if let decoded { send(.preview(decoded)) }
        try await run(.encode, parts: recipe.frames, log: &log) {
            try writeRecipe(recipe, folder: request.folder)
            var own = OutputRequest(file: kept)
            own.isOwn = true
            try write(
                clip, recipe, size: recipe.lr.size, to: own, announce: false, frames: decoded?.frames)
            try writeStills(clip, recipe, request.folder)
            if let output = request.output {
                try write(clip, recipe, size: recipe.lr.size, to: output, announce: true)
            }
        }
        FakeState.remove(in: request.folder)
        finish(.draft, recipe, clip, log: log, file: request.output?.file ?? kept)
    }

    func commit(_ request: CommitRequest) async throws {
        let draft = try FakeFeatures(folder: request.draftFolder).recipe
        var recipe = draft
        recipe.hr = request.hr
        recipe.precision = request.precision ?? recipe.precision
        recipe.seed = request.seed ?? recipe.seed
        try check(recipe)
        if !request.ignoresMemory { try checkMemory(recipe, margin: request.memoryMargin, stages: Stage.allCases) }
        try makeFolder(request.folder)
        var log = JobLog()
        try await run(.load, log: &log) {}
        try await run(.text, log: &log) {}
        if !DraftFolder.hasLatent(request.draftFolder) { try await remake(draft, for: request, log: &log) }
        try await run(.features, log: &log) {}
        let clip = FakeClip(prompt: recipe.prompt, seed: recipe.seed)
        try await runPass(
            .hr, recipe.hr, recipe, clip: clip, folder: request.folder, previews: request.wantsPreviews,
            takesOther: request.takesOtherState, stepEnd: request.stepEnd, log: &log)
        try await runDecode(recipe.frames, log: &log)
        if request.wantsPreviews { send(.preview(decodedPreview(clip, recipe, size: recipe.lr.size))) }
        try await run(.encode, parts: recipe.frames, log: &log) {
            try write(clip, recipe, size: recipe.hr.size, to: request.output, announce: true)
        }
        FakeState.remove(in: request.folder)
        finish(.commit, recipe, clip, log: log, file: request.output.file)
    }

    /// As the engine does where a draft was cleaned away.
    private func remake(_ draft: Recipe, for request: CommitRequest, log: inout JobLog) async throws {
        let clip = FakeClip(prompt: draft.prompt, seed: draft.seed)
        try await runPass(
            .lr, draft.lr, draft, clip: clip, folder: request.folder, previews: request.wantsPreviews,
            takesOther: request.takesOtherState, stepEnd: request.stepEnd, log: &log)
        try keepLatent(draft, in: request.draftFolder)
        if let known = request.knownDraft?.latentSHA256, known != clip.digest {
            send(.noted("The draft's latent was made again, and it differs from the first."))
        }
    }

    func partial(_ request: PartialRequest) async throws {
        let pass: Pass = request.kind == .draft ? .lr : .hr
        let settings = pass == .lr ? request.recipe.lr : request.recipe.hr
        guard let state = FakeState.read(in: request.folder), state.pass == pass else {
            throw GenerationError.badValue("No step of this job is saved yet, so there is nothing to write.")
        }
        var log = JobLog()
        let steps = StepsDone(done: state.step, of: state.count)
        let clip = FakeClip(prompt: request.recipe.prompt, seed: request.recipe.seed)
        try await run(.load, log: &log) {}
        try await runDecode(request.recipe.frames, log: &log)
        try await run(.encode, parts: request.recipe.frames, log: &log) {
            try write(
                clip, request.recipe, size: settings.size, to: request.output, announce: true, partial: steps)
        }
        finish(request.kind, request.recipe, clip, log: log, file: request.output.file, partial: steps)
    }

    // MARK: Stages

    /// Times of the stages and the records of the steps that were run.
    private struct JobLog {
        var steps: [StepRecord] = []
        var stageSeconds: [Stage: Double] = [:]
        let start = ContinuousClock.now

        mutating func record(_ stage: Stage, since start: ContinuousClock.Instant) -> Double {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            stageSeconds[stage] = seconds
            return seconds
        }
    }

    private func run(_ stage: Stage, parts: Int = 1, log: inout JobLog, _ body: () async throws -> Void) async throws {
        try Task.checkCancellation()
        let start = ContinuousClock.now
        send(.stageStarted(stage, parts: parts))
        try failIfAsked(stage, part: 1)
        try await body()
        send(.stageFinished(stage, seconds: log.record(stage, since: start)))
    }

    private func runPass(
        _ pass: Pass, _ settings: PassSettings, _ recipe: Recipe, clip: FakeClip, folder: URL, previews: Bool,
        takesOther: Bool, stepEnd: StepEnd, log: inout JobLog
    ) async throws {
        let stage: Stage = pass == .lr ? .lr : .hr
        let start = ContinuousClock.now
        let tokens = FakePlan(recipe: recipe, availableBytes: 0).tokens(settings.size)
        send(.stageStarted(stage, parts: settings.steps))
        let done = try finishedSteps(pass, folder: folder, count: settings.steps, takesOther)
        for number in done + 1..<settings.steps + 1 {
            try failIfAsked(stage, part: number)
            let stepStart = ContinuousClock.now
            try await waitThroughStep(pass, number: number)
            let seconds = (ContinuousClock.now - stepStart) / .seconds(1)
            let record = StepRecord(
                pass: pass, number: number, count: settings.steps,
                sigma: 1 - Float(number - 1) / Float(settings.steps), seconds: seconds, attention: seconds * 0.31,
                linear: seconds * 0.58, tokens: tokens, calls: settings.guidance == 1 ? 1 : 2,
                x0Change: number == 1 ? nil : 0.8 / Double(number * number),
                residentBytes: ProcessMemory.residentBytes)
            log.steps.append(record)
            send(.stepFinished(record))
            // As in the engine: what nobody hears of is not kept.
            try Task.checkCancellation()
            if previews { sendEstimate(clip, recipe, settings, pass, number) }
            let bytes = try writeState(
                FakeState(pass: pass, step: number, count: settings.steps, build: options.build), folder: folder)
            send(.stateSaved(pass: pass, step: number, bytes: bytes))
            if stepEnd.isAsked { throw CancellationError() }
        }
        send(.stageFinished(stage, seconds: log.record(stage, since: start)))
    }

    /// Sleeps for one step; a step longer than two seconds counts 28 blocks.
    private func waitThroughStep(_ pass: Pass, number: Int) async throws {
        let milliseconds = options.stepMilliseconds
        guard milliseconds > 2000 else {
            return try await Task.sleep(for: .milliseconds(milliseconds))
        }
        for block in 1...28 {
            try await Task.sleep(for: .milliseconds(milliseconds / 28))
            send(.blockFinished(pass: pass, step: number, block: block, count: 28))
        }
    }

    private func runDecode(_ frames: Int, log: inout JobLog) async throws {
        let start = ContinuousClock.now
        send(.stageStarted(.decode, parts: frames))
        do {
            try await decode(frames, slices: 4)
        } catch GenerationError.notEnoughMemory {
            // As the engine does: once more, with smaller chunks.
            try await decode(frames, slices: 8)
        }
        send(.stageFinished(.decode, seconds: log.record(.decode, since: start)))
    }

    private func decode(_ frames: Int, slices: Int) async throws {
        for slice in 1...slices {
            try failIfAsked(.decode, part: slice)
            try await Task.sleep(for: .milliseconds(options.decodeMilliseconds / slices))
            send(.partsFinished(.decode, parts: frames * slice / slices, count: frames))
        }
    }

    // MARK: Pictures

    /// The estimate after a step: noise that clears.
    private func sendEstimate(
        _ clip: FakeClip, _ recipe: Recipe, _ settings: PassSettings, _ pass: Pass, _ number: Int
    ) {
        let start = ContinuousClock.now
        let look = looks.take()
        let width = look == nil ? 128 : min(settings.size.width, look == .small ? 256 : 640)
        let height = max(width * settings.size.height / settings.size.width, 8)
        let latentFrames = (recipe.frames - 1) / 8 + 1
        let noise = 0.9 * (1 - Double(number) / Double(settings.steps))
        func frames(noise: Double) -> [VideoFrame] {
            (0..<latentFrames).map { index in
                clip.frame(
                    width: width, height: height, time: Double(index) / Double(max(latentFrames, 2) - 1), noise: noise)
            }
        }
        let shown = frames(noise: noise)
        let match = pass == .hr && look == nil ? ColorMatch.correlation(shown, frames(noise: 0)) : nil
        let kind: Preview.Look = look.map { $0 == .small ? .small : .full } ?? .map
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        send(.preview(Preview(look: kind, frames: shown, fps: recipe.fps / 8, match: match, seconds: seconds)))
    }

    private func decodedPreview(_ clip: FakeClip, _ recipe: Recipe, size: VideoSize) -> Preview {
        let frames = (0..<recipe.frames).map { index in
            clip.frame(width: size.width, height: size.height, time: time(of: index, recipe))
        }
        return Preview(look: .decoded, frames: frames, fps: recipe.fps)
    }

    private func time(of index: Int, _ recipe: Recipe) -> Double {
        Double(index) / Double(max(recipe.frames - 1, 1))
    }

    // MARK: Files

    private func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw GenerationError.cannotWrite("The folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
    }

    private func writeRecipe(_ recipe: Recipe, folder: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try save(encoder.encode(recipe), to: folder.appendingPathComponent("recipe.json"))
    }

    /// - Returns: the file's size in bytes.
    private func writeState(_ state: FakeState, folder: URL) throws -> Int {
        let data = try JSONEncoder().encode(state)
        try save(data, to: folder.appendingPathComponent(FakeState.name))
        return data.count
    }

    /// Steps that need not be run again.
    private func finishedSteps(_ pass: Pass, folder: URL, count: Int, _ takesOther: Bool) throws -> Int {
        guard let state = FakeState.read(in: folder), state.pass == pass else { return 0 }
        try state.check(build: options.build, takesOther: takesOther)
        return min(state.step, count)
    }

    /// Stands for the latent and the embedding, which cleaning up takes away.
    private func keepLatent(_ recipe: Recipe, in folder: URL) throws {
        let nothing = TextEmbedding(states: [0], tokenCount: 1, channels: 1)
        try DraftFile(
            recipe: recipe, latent: [0], tokenCount: 1, positive: nothing, negative: nothing,
            weightsSHA256: Self.weightsSHA256
        ).write(in: folder)
    }

    private func save(_ data: Data, to file: URL) throws {
        do {
            try data.write(to: file, options: .atomic)
        } catch {
            throw GenerationError.cannotWrite("\(file.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Writes the clip; a frame costs one check for a stop.
    private func write(
        _ clip: FakeClip, _ recipe: Recipe, size: VideoSize, to output: OutputRequest, announce: Bool,
        partial: StepsDone? = nil, frames: [VideoFrame]? = nil
    ) throws {
        if let free = options.diskBytes, free < size.width * size.height * recipe.frames / 40 + 200 << 20 {
            throw GenerationError.cannotWrite(
                "Disk full while writing \(output.file.lastPathComponent): \(free >> 20) MiB are free. All steps are safe."
            )
        }
        let options = VideoWriter.Options(
            frameRate: FrameRate(recipe.fps) ?? 24, codec: ClipWriter.codec(of: output), quality: output.crf ?? 18,
            metadata: ContainerMetadata(
                title: output.title,
                comment: output.comment?(
                    ClipOrigin(recipe: recipe, weightsSHA256: Self.weightsSHA256, partial: partial))))
        let noise = partial.map { 0.9 * (1 - Double($0.done) / Double($0.count)) } ?? 0
        do {
            let writer = try VideoWriter(
                path: output.file.path, width: size.width, height: size.height, options: options)
            for index in 0..<recipe.frames {
                try Task.checkCancellation()
                try writer.append(
                    frames?[index]
                        ?? clip.frame(
                            width: size.width, height: size.height, time: time(of: index, recipe), noise: noise))
                if announce { send(.partsFinished(.encode, parts: index + 1, count: recipe.frames)) }
            }
            let summary = try writer.finish()
            if announce { send(.outputWritten(output.file, bytes: summary.byteCount)) }
        } catch let error as VideoError {
            throw generationError(error)
        }
    }

    private func writeStills(_ clip: FakeClip, _ recipe: Recipe, _ folder: URL) throws {
        let size = recipe.lr.size
        let frames = [0, 0.5, 1].map { clip.frame(width: size.width, height: size.height, time: $0) }
        try JobFolder.keepStills(frames, in: folder)
    }

    private func generationError(_ error: VideoError) -> GenerationError {
        switch error {
        case .codecMissing, .codecNotInContainer, .unknownExtension: .codecMissing(error.description)
        default: .cannotWrite(error.description)
        }
    }

    // MARK: Checks

    private func check(_ recipe: Recipe) throws {
        guard !recipe.prompt.allSatisfy(\.isWhitespace) else { throw GenerationError.badValue("The prompt is empty.") }
        guard recipe.frames > 0, recipe.frames % 8 == 1 else {
            throw GenerationError.badValue(
                "\(recipe.frames) frames cannot be made: a multiple of 8, plus 1. Try \(max(recipe.frames, 0) / 8 * 8 + 1)."
            )
        }
        for size in [recipe.lr.size, recipe.hr.size]
        where size.width < 32 || size.height < 32 || size.width % 32 != 0 || size.height % 32 != 0 {
            throw GenerationError.badValue("\(size) cannot be made: both sides are multiples of 32.")
        }
    }

    private func checkMemory(_ recipe: Recipe, margin: Double, stages: [Stage]) throws {
        let plan = FakePlan(recipe: recipe, availableBytes: options.availableBytes).plan.multiplied(by: margin)
        guard let worst = plan.stages.filter({ stages.contains($0.stage) }).max(by: { $0.bytes < $1.bytes }),
            worst.bytes > options.availableBytes
        else { return }
        throw GenerationError.notEnoughMemory(
            "\(recipe.hr.size), \(recipe.frames) frames needs about \(worst.bytes >> 20) MiB, "
                + "\(options.availableBytes >> 20) MiB is available. Choose a smaller size or fewer frames.",
            neededBytes: worst.bytes, availableBytes: options.availableBytes)
    }

    private func failIfAsked(_ stage: Stage, part: Int) throws {
        guard let failure = options.failure, failure.stage == stage, failure.part == part else { return }
        switch failure.kind {
        case .plain:
            throw GenerationError.badModel("The engine failed in \(stage.rawValue), part \(part), as it was asked to.")
        case .memory:
            guard stage != .decode || failures.next(below: failure.count) else { return }
            let safe = stage == .lr || stage == .hr ? "The steps before it are safe." : "All steps are safe."
            throw GenerationError.notEnoughMemory(
                "Memory ran out in \(stage.rawValue), part \(part). \(safe)",
                neededBytes: options.availableBytes + 1, availableBytes: options.availableBytes)
        case .disk:
            guard failures.next(below: failure.count) else { return }
            throw GenerationError.cannotWrite("Disk full while writing the clip. All steps are safe.")
        case .crash:
            abort()
        }
    }

    private func finish(
        _ kind: GenerationResult.Kind, _ recipe: Recipe, _ clip: FakeClip, log: JobLog, file: URL,
        partial: StepsDone? = nil
    ) {
        let digest = clip.digest
        send(
            .finished(
                GenerationResult(
                    kind: kind, recipe: recipe, weightsSHA256: Self.weightsSHA256, latentSHA256: digest,
                    steps: log.steps, stageSeconds: log.stageSeconds,
                    seconds: (ContinuousClock.now - log.start) / .seconds(1), file: file, partial: partial,
                    peakBytes: 64 << 20)))
    }
}
