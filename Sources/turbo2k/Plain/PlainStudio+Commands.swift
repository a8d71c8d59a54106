import Generation
import StudioCore

extension PlainStudio {
    /// - Throws: what the user must hear; nothing has changed then.
    func obey(_ command: PlainCommand, _ rest: String) async throws {
        switch command {
        case .draft:
            if !rest.isEmpty { settings.prompt = rest }
            try await draft()
        case .commit: try await commit(rest)
        case .prompt:
            guard !rest.isEmpty else { throw GenerationError.badValue("Say what the clip shows: prompt TEXT.") }
            settings.prompt = rest
            output.say("The prompt is changed. Type draft to make a draft.")
        case .set: try set(rest)
        case .show: try show()
        case .list: try list(HistoryFilter())
        case .open: try open(number(rest))
        case .stop:
            if jobs.isEmpty { output.say("No job runs.") }
            stopAll()
        case .resume: try await resume(rest)
        case .queue:
            let waiting = try JobWatch.open(service.history)
            waiting.isEmpty ? output.say("No job waits or runs.") : waiting.forEach { output.say(sentence($0)) }
        case .presets: presets()
        case .help: PlainCommand.allCases.forEach { output.say($0.usage) }
        case .quit: quit()
        }
    }

    private func number(_ text: String) throws -> Int {
        guard let number = Int(text) else {
            throw GenerationError.badValue("A job is named by its number; list tells them.")
        }
        return number
    }

    private func commit(_ rest: String) async throws {
        let id = rest.isEmpty ? try newestDraft ?? DraftNumber.find("last", in: service.history).id : try number(rest)
        if let job = jobs[id], job.handle.kind == .draft {
            draftsToCommit.insert(id)
            return output.say("Draft \(id) will be committed when it is done.")
        }
        try await commit(service.history.job(id))
    }

    private func resume(_ rest: String) async throws {
        var filter = HistoryFilter()
        filter.states = [.stopped, .failed]
        filter.limit = 1
        var words = rest.split(whereSeparator: \.isWhitespace).map(String.init)
        let use = words.last.flatMap { PlainCommand.stateUses[$0.lowercased()] }
        if use != nil { words.removeLast() }
        let name = words.joined(separator: " ")
        let newest = name.isEmpty ? try service.history.jobs(filter).first?.id : try number(name)
        guard let newest else { throw StudioError.unreadable("No job is stopped or failed.") }
        let job = try await service.resume(newest, using: use ?? .own, wantsPreviews: false)
        if job.kind == .draft { newestDraft = job.id }
        follow(job)
    }

    private func set(_ rest: String) throws {
        let words = rest.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first, words.count == 2 || name == "negative" else {
            throw GenerationError.badValue(
                "Say what to set: set KEY VALUE. Keys: \(PlainSettings.names.joined(separator: ", ")).")
        }
        let value = words.count == 2 ? words[1] : ""
        try settings.set(name, value)
        output.say("\(name) is \(value.isEmpty ? "empty" : value).")
    }

    private func show() throws {
        output.say("Prompt: \(settings.prompt.isEmpty ? "none yet" : settings.prompt)")
        output.say("Seed: \(settings.seedText)")
        let preset = try settings.resolved()
        output.say("Preset: \(preset.name)")
        for row in PresetText.rows(preset) where !row.value.isEmpty { output.say("\(row.name): \(row.value)") }
    }

    private func list(_ filter: HistoryFilter) throws {
        var filter = filter
        filter.limit = 10
        let jobs = try service.history.jobs(filter)
        jobs.isEmpty ? output.say("There are no jobs yet.") : jobs.forEach { output.say(sentence($0)) }
    }

    private func open(_ id: Int) throws {
        let job = try service.history.job(id)
        settings.load(job.recipe.recipe, preset: job.recipe.preset)
        newestDraft = job.kind == .draft ? job.id : job.parent
        output.say("The prompt and settings of \(job.kind.rawValue) \(id) are loaded, seed \(job.seed).")
    }

    private func presets() {
        for entry in workplace.presets().entries {
            output.say("\(entry.preset.name): \(TextCleaning.oneLine(entry.preset.about))")
        }
    }

    private func sentence(_ job: JobRecord) -> String {
        let kind = job.kind == .draft ? "Draft" : "Commit"
        let star = job.isStarred ? ", starred" : ""
        return "\(kind) \(job.id), \(job.state.rawValue)\(star), seed \(job.seed), \(job.size), \(job.frames) frames: "
            + TextCleaning.shortened(job.words, to: 120)
    }
}
