import Foundation
import Generation
import StudioCore
import StudioUI
import VideoIO

/// The studio for screen readers and dumb terminals: typed commands, one line an event.
final class PlainStudio {
    let workplace: Workplace
    let service: any JobService
    let output: PlainOutput
    var settings: PlainSettings
    /// What `commit` means.
    var newestDraft: Int?
    /// Drafts to commit as soon as they are done.
    var draftsToCommit: Set<Int> = []
    private(set) var jobs: [Int: (handle: JobHandle, progress: PlainProgress)] = [:]
    private var results: [Int: GenerationResult] = [:]
    private var isLeaving = false
    /// `quit` asked what becomes of the running jobs, and the next line answers.
    private var isAsking = false
    private let news: AsyncStream<PlainNews>
    private let send: @Sendable (PlainNews) -> Void

    init(
        _ workplace: Workplace, service: any JobService, settings: PlainSettings, output: PlainOutput
    ) {
        self.workplace = workplace
        self.settings = settings
        self.output = output
        self.service = service
        let (stream, continuation) = AsyncStream.makeStream(of: PlainNews.self)
        news = stream
        send = { _ = continuation.yield($0) }
    }

    /// Runs until the user leaves, or until the input has ended and all jobs with it.
    func run() async throws {
        output.say("Turbo2K Studio, plain mode. Type help for commands.")
        PlainInput.start(send)
        Signals.onStop { [send] in send(.stopAsked) }
        defer { Signals.onStop(nil) }
        ask()
        for await one in news {
            await take(one)
            if isLeaving, jobs.isEmpty { return }
        }
    }

    private func take(_ one: PlainNews) async {
        switch one {
        case .line(let line):
            await obey(line)
            if !isLeaving { ask() }
        case .inputEnded:
            isLeaving = true
        case .job(let event): tell(event)
        case .jobEnded(let id, let error): await end(id, error)
        case .stopAsked:
            isLeaving = true
            stopAll()
        }
    }

    /// What is to be typed now: the prompt while there is none.
    private func ask() {
        output.ask(isAsking ? "number" : settings.prompt.isEmpty ? "prompt" : "command")
    }

    /// The first line is the prompt itself, and a draft of it begins.
    private func obey(_ line: String) async {
        let line = TextCleaning.oneLine(line).trimmingCharacters(in: .whitespaces)
        guard !line.isEmpty else { return }
        if isAsking { return answer(line) }
        let command = PlainCommand.parse(line)
        do {
            if let command {
                try await obey(command.command, command.rest)
            } else if settings.prompt.isEmpty {
                settings.prompt = line
                try await draft()
            } else {
                let word = String(line.prefix { !$0.isWhitespace })
                let names = PlainCommand.allCases.map(\.rawValue)
                let advice = NearestName.of(word, in: names).map { "Did you mean \($0)?" } ?? "Type help for commands."
                output.say("There is no command \(TextCleaning.shortened(word, to: 40)). \(advice)")
            }
        } catch {
            output.say(Failure.sentence(of: error))
        }
    }

    // MARK: Jobs

    func draft() async throws {
        let preset = try settings.resolved()
        let recipe = preset.recipe(prompt: settings.prompt, seed: try settings.seed())
        let job = try await service.draft(recipe, preset: preset.name, wantsPreviews: false)
        newestDraft = job.id
        follow(job)
    }

    func commit(_ draft: JobRecord) async throws {
        let name = draft.recipe.preset ?? workplace.settings.preset
        let preset = (try? workplace.presets().resolved(name).output) ?? ResolvedPreset.outputDefaults
        let file = try OutputPlace.file(
            nil, workplace, preset: preset, recipe: draft.recipe.recipe, kind: .commit, job: draft.id)
        follow(
            try await service.commit(
                draft: draft.id, output: JobOutput(file: file, crf: preset.crf), wantsPreviews: false))
    }

    func follow(_ job: JobHandle) {
        jobs[job.id] = (job, PlainProgress(job))
        if !service.outlivesProgram { Workplace.watch(job.id, in: service.history) }
        let send = send
        Task.detached {
            do {
                for try await event in job.events { send(.job(event)) }
                send(.jobEnded(job.id, nil))
            } catch {
                send(.jobEnded(job.id, error))
            }
        }
    }

    func stopAll() {
        draftsToCommit = []
        for job in jobs.values { job.handle.stop() }
    }

    private func tell(_ event: JobEvent) {
        if case .generation(.finished(let result)) = event.content { results[event.job] = result }
        if let sentence = jobs[event.job]?.progress.sentence(event) { output.say(sentence) }
    }

    private func end(_ id: Int, _ error: (any Error)?) async {
        guard let (handle, progress) = jobs.removeValue(forKey: id) else { return }
        Workplace.unwatch(id)
        let isWanted = draftsToCommit.remove(id) != nil
        if let error { return output.say(progress.ended(error)) }
        guard let result = results.removeValue(forKey: id) else { return }
        let clip = result.file ?? handle.folder.appending(path: "clip.mp4")
        output.say(progress.finished(result, file: workplace.paths.abbreviating(clip)))
        if let words = Self.picture(clip) { output.say("Picture: \(words).") }
        guard isWanted else { return }
        do {
            try await commit(service.history.job(id))
        } catch {
            output.say(Failure.sentence(of: error))
        }
    }

    /// A clip that cannot be read has no words; that it was written was said already.
    private static func picture(_ clip: URL) -> String? {
        let reader = try? VideoReader(path: clip.path(percentEncoded: false), maximumSize: (width: 96, height: 96))
        return (try? reader?.frames()).flatMap(PictureWords.sentence)
    }

    // MARK: Leaving

    func quit() {
        guard !jobs.isEmpty else {
            isLeaving = true
            return
        }
        isAsking = true
        output.say("A job is not finished. 1: stop it and leave. 2: leave when it is done. 3: stay.")
    }

    private func answer(_ line: String) {
        isAsking = false
        switch line {
        case "1":
            isLeaving = true
            stopAll()
        case "2": isLeaving = true
        case "3": break
        default:
            isAsking = true
            output.say("Type 1, 2 or 3.")
        }
    }
}
