import Foundation
import Generation
import StudioCore
import Testing

@Suite("History")
struct HistoryTests {
    private func open() throws -> (History, TestFolder) {
        let folder = try TestFolder()
        return (try History(paths: folder.paths), folder)
    }

    private func addDraft(_ history: History, _ prompt: String, seed: UInt32 = 7, done: Bool = true) throws -> Int {
        let document = RecipeDocument(recipe: Samples.recipe(prompt, seed: seed), kind: .draft)
        let id = try history.add(NewJob(kind: .draft, recipe: document))
        try history.setState(.running, of: id)
        if done { try history.finish(id, recipe: document, seconds: 1.5) }
        return id
    }

    @Test("A job is found again with everything it was given")
    func roundTrip() throws {
        let (history, folder) = try open()
        let id = try addDraft(history, "a fox at dusk", seed: 4_294_967_295)
        try history.record(Samples.step(1), of: id)
        try history.record(Samples.step(2), of: id, peakBytes: 1000)
        try history.record(StageRecord(stage: .text, part: 0, seconds: 0.2, work: 0, isWarm: true), of: id)
        try history.addOutput(
            OutputRecord(job: id, path: "/x/a.mp4", bytes: 10, sha256: nil, kind: "file", isGone: false))
        let job = try history.job(id)
        #expect(job.state == .done)
        #expect(job.recipe.recipe == Samples.recipe("a fox at dusk", seed: 4_294_967_295))
        #expect(job.seconds == 1.5)
        #expect(job.started != nil && job.ended != nil)
        #expect(job.folder.standardizedFileURL == folder.paths.folder(ofJob: id).standardizedFileURL)
        #expect(try history.steps(of: id) == [Samples.step(1), Samples.step(2)])
        #expect(try history.stages(of: id).map(\.stage) == [.text])
        #expect(try history.outputs(of: id).map(\.path) == ["/x/a.mp4"])
        #expect(try history.integrity() == "ok")
        #expect(history.notice == nil)
    }

    @Test("Numbers go up and are never used again, also after a restart")
    func numbers() throws {
        let (history, folder) = try open()
        let first = try addDraft(history, "one")
        let second = try addDraft(history, "two")
        #expect((first, second) == (1, 2))
        let again = try History(paths: folder.paths)
        #expect(try addDraft(again, "three") == 3)
        #expect(try again.jobs().map(\.id) == [3, 2, 1])
    }

    @Test("A job that does not exist is an error with advice")
    func missing() throws {
        let (history, folder) = try open()
        #expect(throws: StudioError.noSuchJob(99)) { try history.job(99) }
        #expect(throws: StudioError.noSuchJob(99)) { try history.setStar(true, of: 99) }
        withExtendedLifetime(folder) {}
    }

    @Test("Search finds beginnings of words, and nothing typed is taken for an operator")
    func search() throws {
        let (history, folder) = try open()
        let fox = try addDraft(history, "a Fox on a snowy ridge", seed: 12)
        let boat = try addDraft(history, "a red sailboat", seed: 13)
        try history.setNote("best of the foxes", of: boat)
        try history.setStar(true, of: boat)
        try history.addTag("sea", to: boat)
        func find(_ text: String) throws -> [Int] { try history.jobs(HistoryFilter(text)).map(\.id) }
        #expect(try find("snow") == [fox])
        #expect(try find("fox") == [boat, fox])
        #expect(try find("fox ridge") == [fox])
        #expect(try find("seed:12") == [fox])
        #expect(try find("star:") == [boat])
        #expect(try find("tag:sea") == [boat])
        #expect(try find("size:512x288 model:nano") == [boat, fox])
        #expect(try find("size:1x1") == [])
        #expect(try find("has:commit") == [])
        #expect(try find("NOT AND \" * ( ' OR") == [])
        #expect(try find("day:1999-01-01") == [])
        withExtendedLifetime(folder) {}
    }

    @Test("A commit belongs to its draft")
    func commits() throws {
        let (history, folder) = try open()
        let draft = try addDraft(history, "a fox")
        let document = RecipeDocument(recipe: Samples.recipe("a fox"), kind: .commit)
        let commit = try history.add(NewJob(kind: .commit, parent: draft, recipe: document))
        #expect(try history.job(draft).hasCommit == false)
        try history.finish(commit, recipe: document, seconds: 3)
        #expect(try history.job(draft).hasCommit)
        #expect(try history.jobs(HistoryFilter("has:commit")).map(\.id) == [draft])
        #expect(try history.job(commit).size == VideoSize(width: 1024, height: 576))
        withExtendedLifetime(folder) {}
    }

    @Test("Trash hides, restore brings back, a running job stays")
    func trash() throws {
        let (history, folder) = try open()
        let id = try addDraft(history, "a fox")
        try history.trash(id)
        #expect(try history.jobs().isEmpty)
        var filter = HistoryFilter()
        filter.isTrash = true
        #expect(try history.jobs(filter).map(\.id) == [id])
        try history.restore(id)
        #expect(try history.jobs().map(\.id) == [id])
        let running = try addDraft(history, "b", done: false)
        #expect(throws: StudioError.self) { try history.trash(running) }
        withExtendedLifetime(folder) {}
    }

    @Test("Pruning removes old trash and old latents, and only reports in a dry run")
    func prune() throws {
        let (history, folder) = try open()
        let now = Date.now
        var ids: [Int] = []
        for number in 1...3 {
            let id = try addDraft(history, "draft \(number)")
            try folder.write("latent", to: "data/jobs/\(id)/draft.safetensors")
            ids.append(id)
        }
        try history.setStar(true, of: ids[0])
        try history.trash(ids[2], now: now.addingTimeInterval(-40 * 86_400))
        var settings = Settings()
        settings.keptDrafts = 0
        let planned = try history.prune(settings, isDryRun: true, now: now)
        #expect(planned.removedJobs == [ids[2]] && planned.thinnedDrafts == [ids[1]] && planned.freedBytes == 12)
        #expect(try history.jobs().count == 2)
        #expect(try history.prune(settings, isDryRun: false, now: now) == planned)
        #expect(throws: StudioError.self) { try history.job(ids[2]) }
        let manager = FileManager.default
        func exists(_ id: Int) -> Bool {
            manager.fileExists(atPath: folder.paths.folder(ofJob: id).appending(path: "draft.safetensors").path)
        }
        #expect(exists(ids[0]) && !exists(ids[1]) && !exists(ids[2]))
        // What is new in the trash stays there until somebody empties it.
        try history.trash(ids[0])
        #expect(try history.trashContents() == TrashContents(jobCount: 1, bytes: 6))
        #expect(try history.prune(settings, isDryRun: false, now: now).freedBytes == 0)
        let all = try history.prune(settings, isDryRun: true, emptiesTrash: true, now: now)
        #expect(all.removedJobs == [ids[0]] && all.freedBytes == 6 && exists(ids[0]))
        #expect(try history.prune(settings, isDryRun: false, emptiesTrash: true, now: now) == all)
        #expect(try history.trashContents() == TrashContents() && !exists(ids[0]))
    }

    @Test("Prompts are remembered once, newest first")
    func prompts() throws {
        let (history, folder) = try open()
        let document = RecipeDocument(recipe: Samples.recipe("one"), kind: .draft)
        let other = RecipeDocument(recipe: Samples.recipe("two"), kind: .draft)
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        _ = try history.add(NewJob(kind: .draft, recipe: document), now: start)
        _ = try history.add(NewJob(kind: .draft, recipe: other), now: start.addingTimeInterval(1))
        _ = try history.add(NewJob(kind: .draft, recipe: document), now: start.addingTimeInterval(2))
        let prompts = try history.prompts()
        #expect(prompts.map(\.text) == ["one", "two"])
        #expect(prompts.map(\.useCount) == [2, 1])
        withExtendedLifetime(folder) {}
    }

    @Test("Jobs of a process that is gone become stopped; those of a living one stay")
    func abandoned() throws {
        let folder = try TestFolder()
        let dead = try History(paths: folder.paths, process: ProcessIdentity(text: "1:999999999999"))
        let id = try addDraft(dead, "left behind", done: false)
        let living = try History(paths: folder.paths)
        let mine = try addDraft(living, "mine", done: false)
        #expect(try living.markAbandoned() == [id])
        #expect(try living.job(id).state == .stopped)
        #expect(try living.job(id).error == "the engine ended")
        #expect(try living.job(mine).state == .running)
    }

    @Test("The files as a kill would leave them open whole, with every finished transaction")
    func killed() throws {
        let (history, folder) = try open()
        let id = try addDraft(history, "a fox", done: false)
        let image = try TestFolder()
        for step in 1...20 {
            try history.record(Samples.step(step), of: id)
            // A copy in the middle of the work: no checkpoint, no closing.
            let name = "copy-\(step)"
            let data = image.url.appending(path: name).appending(path: "data")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            for suffix in ["", "-wal"] {
                let source = folder.paths.historyFile.path + suffix
                try FileManager.default.copyItem(atPath: source, toPath: data.path + "/history.db" + suffix)
            }
            let root = image.url.appending(path: name)
            let copy = try History(paths: StudioPaths(root: root, home: root))
            #expect(try copy.integrity() == "ok")
            #expect(try copy.steps(of: id).count == step)
        }
    }

    @Test("A damaged file is moved aside and said", arguments: ["not a database at all, but some text", ""])
    func damaged(content: String) throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: content, count: 500), to: "data/history.db")
        let history = try History(paths: folder.paths)
        if !content.isEmpty {
            #expect(history.notice?.contains("history.db.bad-1") == true)
            #expect(FileManager.default.fileExists(atPath: folder.paths.historyFile.path + ".bad-1"))
        }
        #expect(try addDraft(history, "goes on") == 1)
        #expect(try history.integrity() == "ok")
    }

    @Test("Drafts whose folders outlive a damaged file are found again, and new jobs never get a folder that is there")
    func foundAgain() throws {
        let folder = try TestFolder()
        try folder.write(String(repeating: "not a database", count: 500), to: "data/history.db")
        let recipe = Samples.recipe("a fox that stays")
        let json = String(decoding: try JSONEncoder().encode(recipe), as: UTF8.self)
        try folder.write(json, to: "data/jobs/3/recipe.json")
        try folder.write("clip", to: "data/jobs/3/clip.mp4")
        try folder.write(json, to: "data/jobs/5/recipe.json")
        try folder.write("half a job", to: "data/jobs/7/state.json")
        let history = try History(paths: folder.paths)
        #expect(history.notice?.contains("One draft was found again") == true)
        let jobs = try history.jobs()
        #expect(jobs.map(\.id) == [3] && jobs.first?.recipe.recipe == recipe && jobs.first?.state == .done)
        #expect(jobs.first?.folder.lastPathComponent == "3")
        #expect(try history.jobs(HistoryFilter("stays")).map(\.id) == [3])
        #expect(try addDraft(history, "goes on") == 8)
    }

    @Test("Once a day what the settings no longer keep goes by itself, and moved files are noticed")
    func housekeeping() throws {
        let folder = try TestFolder()
        let history = try History(paths: folder.paths)
        let old = try addDraft(history, "in the trash")
        try history.finish(old, recipe: try history.job(old).recipe, seconds: 1)
        let clip = folder.url.appending(path: "gone.mp4").path
        try history.addOutput(OutputRecord(job: old, path: clip, bytes: 1, sha256: nil, kind: "file"))
        #expect(Housekeeping.daily(history, Settings(), paths: folder.paths))
        #expect(try history.outputs(of: old).first?.isGone == true)
        try history.trash(old)
        let later = Date.now.addingTimeInterval(86_400 * 31)
        #expect(!Housekeeping.daily(history, Settings(), paths: folder.paths))
        #expect(try history.job(old).trashed != nil)
        #expect(Housekeeping.daily(history, Settings(), paths: folder.paths, now: later))
        #expect(throws: StudioError.noSuchJob(old)) { try history.job(old) }
    }

    @Test("A file torn in its middle is moved aside too")
    func torn() throws {
        let folder = try TestFolder()
        do {
            let history = try History(paths: folder.paths)
            for number in 1...50 {
                _ = try addDraft(history, "draft \(number) " + String(repeating: "long ", count: 200))
            }
        }
        let path = folder.paths.historyFile.path
        var data = try Data(contentsOf: folder.paths.historyFile)
        try #require(data.count > 8192)
        data.replaceSubrange(100..<8192, with: Data(repeating: 0xA5, count: 8092))
        try data.write(to: folder.paths.historyFile)
        try? FileManager.default.removeItem(atPath: path + "-wal")
        try? FileManager.default.removeItem(atPath: path + "-shm")
        let history = try History(paths: folder.paths)
        #expect(history.notice != nil)
        #expect(try history.jobs().isEmpty)
    }

    @Test("A folder that cannot be made is an error with exit code 6")
    func unwritable() throws {
        let folder = try TestFolder()
        try folder.write("a file where a folder should be", to: "data")
        let error = #expect(throws: StudioError.self) { try History(paths: folder.paths) }
        #expect(error?.exitCode == 6)
    }
}
