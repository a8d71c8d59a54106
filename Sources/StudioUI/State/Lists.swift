import Generation

/// Prompts used before, and the walk through them with Up and Down.
package struct PromptHistory: Sendable {
    /// Newest first.
    package private(set) var texts: [String] = []
    /// How far back the walk is; nil while the text is the user's own.
    private var index: Int?
    /// The text that was being typed when the walk began.
    private var kept = ""

    /// The newest so many; the history keeps all.
    private static let limit = 500

    package init(_ texts: [String] = []) { self.texts = Array(texts.prefix(Self.limit)) }

    package mutating func add(_ text: String) {
        texts.removeAll { $0 == text }
        texts.insert(text, at: 0)
        if texts.count > Self.limit { texts.removeLast() }
        index = nil
    }

    /// The older text, or nil at the oldest.
    package mutating func older(than text: String) -> String? {
        let next = index.map { $0 + 1 } ?? 0
        guard next < texts.count else { return nil }
        if index == nil { kept = text }
        // The prompt just used is already in the field.
        if index == nil, texts[next] == text, next + 1 < texts.count {
            index = next + 1
            return texts[next + 1]
        }
        index = next
        return texts[next]
    }

    /// The newer text; at the end what was being typed; nil where no walk is under way.
    package mutating func newer() -> String? {
        guard let present = index else { return nil }
        guard present > 0 else {
            index = nil
            return kept
        }
        index = present - 1
        return texts[present - 1]
    }
}

/// The jobs of this session: running, waiting, finished.
package struct QueueList: Sendable {
    /// Done jobs that stay in the list, the newest: more than any batch has.
    package static let doneLimit = 1000

    package var jobs: [JobEntry] = []
    /// The job that was chosen: rows move while jobs run, and a key must not hit another one.
    private var selectedID: Int?
    /// Whether no waiting job is started.
    package var isPaused = false
    /// Whether a new draft goes before the commits that wait.
    package var draftsGoFirst = true

    package init() {}

    /// Running, then waiting, then finished ones, newest first. Of a batch the first waiting job stands for all that
    /// wait, and the newest finished one for all that are done.
    package var shown: [JobEntry] {
        let running = jobs.filter { !$0.state.isFinished && $0.state != .waiting }
        let finished = jobs.filter(\.state.isFinished).sorted { $0.id > $1.id }
        return running + folded(jobs.filter { $0.state == .waiting }) + folded(finished)
    }

    private func folded(_ jobs: [JobEntry]) -> [JobEntry] {
        var seen: Set<Int> = []
        return jobs.filter { job in
            guard let batch = job.batch, job.state == .waiting || job.state.isDone else { return true }
            return seen.insert(batch.batch).inserted
        }
    }

    package func waiting(inBatch batch: Int) -> [JobEntry] {
        jobs.filter { $0.state == .waiting && $0.batch?.batch == batch }
    }

    /// In the order in which they will run.
    package var waitingIDs: [Int] { jobs.filter { $0.state == .waiting }.map(\.id) }

    /// Adds a waiting job.
    ///
    /// - Returns: whether it goes before others that wait.
    package mutating func enter(_ job: JobEntry) -> Bool {
        forgetOldest()
        let index = jobs.firstIndex { $0.state == .waiting && $0.kind == .commit }
        guard draftsGoFirst, job.kind == .draft, let index else {
            jobs.append(job)
            return false
        }
        jobs.insert(job, at: index)
        return true
    }

    private mutating func forgetOldest() {
        var surplus = jobs.count { $0.state.isDone } - Self.doneLimit
        guard surplus > 0 else { return }
        jobs.removeAll { job in
            guard surplus > 0, job.state.isDone else { return false }
            surplus -= 1
            return true
        }
    }

    /// Moves the selected waiting job, with its batch, past its neighbour.
    ///
    /// - Returns: whether it moved.
    package mutating func moveSelected(by step: Int) -> Bool {
        let waiting = jobs.filter { $0.state == .waiting }
        var rows = folded(waiting)
        guard let index = rows.firstIndex(where: { $0.id == selected?.id }), rows.indices.contains(index + step) else {
            return false
        }
        rows.swapAt(index, index + step)
        let ordered = rows.flatMap { row in row.batch.map { self.waiting(inBatch: $0.batch) } ?? [row] }
        jobs = jobs.filter { $0.state != .waiting } + ordered
        return true
    }

    package func doneCount(inBatch batch: Int) -> Int {
        jobs.count { $0.state.isDone && $0.batch?.batch == batch }
    }

    /// The chosen job, or the row that now stands for it; the first one where none was chosen.
    package var selected: JobEntry? {
        let shown = shown
        guard let chosen = jobs.first(where: { $0.id == selectedID }) else { return shown.first }
        let row = shown.first { $0.id == chosen.id } ?? shown.first { $0.batch?.batch == chosen.batch?.batch }
        return row ?? shown.first
    }

    package var waitingCount: Int { jobs.count { $0.state == .waiting } }

    package mutating func move(by step: Int) {
        let shown = shown
        guard let index = shown.firstIndex(where: { $0.id == selected?.id }) else { return }
        selectedID = shown[min(max(index + step, 0), shown.count - 1)].id
    }

    package mutating func select(_ id: Int) { selectedID = id }

    package mutating func change(_ id: Int, _ body: (inout JobEntry) -> Void) {
        guard let index = jobs.firstIndex(where: { $0.id == id }) else { return }
        body(&jobs[index])
    }
}

/// The presets with selection and filter.
package struct PresetList: Sendable {
    package private(set) var all: [PresetEntry] = []
    package private(set) var filter = TextEditor(isMultiline: false)
    package private(set) var isFilterFocused = false
    package private(set) var selection = 0

    package init() {}

    package var shown: [PresetEntry] {
        let words = filter.text.lowercased().split(separator: " ")
        return all.filter { entry in words.allSatisfy { (entry.name + " " + entry.about).lowercased().contains($0) } }
    }

    package var selected: PresetEntry? {
        let shown = shown
        return shown.isEmpty ? nil : shown[min(selection, shown.count - 1)]
    }

    package mutating func replace(_ entries: [PresetEntry]) {
        let name = selected?.name
        all = entries
        if let name { select(named: name) }
    }

    package mutating func select(named name: String) {
        selection = shown.firstIndex { $0.name == name } ?? selection
    }

    package mutating func setFilter(_ editor: TextEditor, isFocused: Bool) {
        filter = editor
        isFilterFocused = isFocused
        selection = 0
    }

    package mutating func move(by step: Int) {
        selection = min(max(selection + step, 0), max(shown.count - 1, 0))
    }
}

/// What happened, oldest first.
package struct LogList: Sendable {
    package static let limit = 2000

    package private(set) var lines: [LogLine] = []
    package private(set) var level = MessageKind.detail
    /// Lines that the selected one stands above the newest.
    package private(set) var scroll = 0

    package init() {}

    package var shown: [LogLine] { lines.filter { $0.kind >= level } }

    package mutating func append(_ line: LogLine) {
        lines.append(line)
        // Whoever reads further up keeps the place.
        if scroll > 0, line.kind >= level { scroll += 1 }
        if lines.count > Self.limit { lines.removeFirst(lines.count - Self.limit) }
    }

    package mutating func nextLevel() {
        level = level == .detail ? .warning : level == .warning ? .error : .detail
        scroll = 0
    }

    package mutating func move(by step: Int) {
        scroll = min(max(scroll - step, 0), max(shown.count - 1, 0))
    }

    package var selected: LogLine? { shown.dropLast(scroll).last }

    /// Selects the line under a row of the pane; the rows end with the line selected before.
    package mutating func select(row: Int, height: Int, columns: Int) {
        var end = height
        for (index, line) in shown.dropLast(scroll).reversed().enumerated() where end > 0 {
            end -= LogPane.rows(of: line, columns: columns).count
            if row >= end { return move(by: -index) }
        }
    }
}
