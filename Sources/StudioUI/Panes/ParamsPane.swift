import Generation
import StudioCore
package import TerminalKit

/// The form: values row by row, then what a draft and a commit will need.
package struct ParamsPane: Pane, Sendable, Equatable {
    package typealias Field = ParametersForm.Field

    /// A piece of a row.
    fileprivate enum Part {
        case label(String, column: Int)
        case value(Field, column: Int, suffix: String)
        case note(String, column: Int)
    }

    package static let kind = PaneKind.params

    /// The value that the keys change.
    package private(set) var field = Field.lrSize

    package mutating func select(_ field: Field) { self.field = field }

    /// Goes through the values as they stand on the screen.
    package mutating func move(by step: Int, in state: StudioState) {
        let fields = Self.fields(state)
        guard let index = fields.firstIndex(of: field) else { return }
        field = fields[min(max(index + step, 0), fields.count - 1)]
    }

    private static func fields(_ state: StudioState) -> [Field] {
        guard let rect = state.layout.panes[kind] else { return Field.allCases }
        return rows(width: rect.width - 2, height: rect.height - 2, state: state).flatMap { $0.compactMap(\.field) }
    }

    /// The name of the value that the keys change: in the small form few have a label of their own.
    package static func subtitle(_ state: StudioState) -> String {
        state.focus == .params ? state.paramsPane.field.title : ""
    }

    package static func detail(_ state: StudioState, width: Int) -> String {
        let name = state.form.values.name + (state.form.isChanged ? " *" : "")
        let subtitle = subtitle(state)
        let title = kind.title.count + (subtitle.isEmpty ? 0 : subtitle.count + 3)
        return width - 9 - title >= name.count + 8 ? "preset: " + name : name
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let rows = rows(width: canvas.width, height: canvas.height, state: state)
        let estimateRows = estimateRows(height: canvas.height, formRows: rows.count)
        let (top, room) = view(of: rows, height: canvas.height, state)
        for (y, row) in rows.dropFirst(top).prefix(room).enumerated() {
            for (index, part) in row.enumerated() {
                // A long value is cut where the next begins.
                let end = row.dropFirst(index + 1).map { $0.column - 1 }.first ?? canvas.width
                draw(part, y: y, end: end, state, on: &canvas)
            }
        }
        if estimateRows == 1 {
            drawShortEstimate(state, y: canvas.height - 1, on: &canvas)
        } else {
            drawEstimates(state, y: min(rows.count, room), on: &canvas)
        }
    }

    /// The first row in view and how many there are: with less room than rows the selected one is kept in view.
    private static func view(of rows: [[Part]], height: Int, _ state: StudioState) -> (top: Int, room: Int) {
        let room = max(height - estimateRows(height: height, formRows: rows.count), 1)
        let selected = rows.firstIndex { $0.contains { part in part.field == state.paramsPane.field } } ?? 0
        return (max(min(selected - room + 1, rows.count - room), 0), room)
    }

    private static func estimateRows(height: Int, formRows: Int) -> Int {
        if height >= 13 { return height >= 15 ? 5 : 4 }
        return height >= formRows + 3 ? 3 : 1
    }

    /// The value under a cell of the inside.
    static func field(x: Int, y: Int, width: Int, height: Int, state: StudioState) -> Field? {
        let rows = rows(width: width, height: height, state: state)
        let (top, room) = view(of: rows, height: height, state)
        guard (0..<room).contains(y), rows.indices.contains(top + y) else { return nil }
        return rows[top + y].last { part in part.field != nil && part.column <= x }?.field
            ?? rows[top + y].lazy.compactMap(\.field).first
    }

    private static func rows(width: Int, height: Int, state: StudioState) -> [[Part]] {
        height >= 11 ? longRows(state, isWide: width >= 44) : shortRows(state)
    }

    /// One topic a row, as at 120x40.
    private static func longRows(_ state: StudioState, isWide: Bool) -> [[Part]] {
        let form = state.form
        let seconds = Format.fixed(Double(form.values.frames) / max(form.values.fps, 1), 2) + " s"
        let frames = isWide ? " frames" : " fr"
        return [
            [
                .label("Draft", column: 1), .value(.lrSize, column: 10, suffix: ""),
                .value(.frames, column: 21, suffix: frames), .value(.fps, column: isWide ? 33 : 29, suffix: " fps"),
            ],
            [
                .label("  steps", column: 1), .value(.lrSteps, column: 10, suffix: ""),
                .label("guidance", column: 21), .value(.lrGuidance, column: 30, suffix: ""),
            ],
            [.label("Commit", column: 1), .value(.hrSize, column: 10, suffix: ""), .note(seconds, column: 21)],
            [
                .label("  steps", column: 1), .value(.hrSteps, column: 10, suffix: ""),
                .label("guidance", column: 21), .value(.hrGuidance, column: 30, suffix: ""),
            ],
            [
                .label("Seed", column: 1), .value(.seed, column: 10, suffix: ""),
                .note(form.seedNote, column: 21),
            ],
            [
                .label("Model", column: 1), .value(.model, column: 10, suffix: ""),
                .value(.precision, column: 21, suffix: ""),
                .note(state.facts.threadCount.map { "\($0) threads" } ?? "", column: 30),
            ],
            [.label("Count", column: 1), .value(.count, column: 10, suffix: ""), .note(countNote(state), column: 21)],
            [
                .label("Output", column: 1), .value(.folder, column: 10, suffix: ""),
                .value(.format, column: isWide ? 31 : 27, suffix: ""), .label("q", column: isWide ? 37 : 33),
                .value(.quality, column: isWide ? 39 : 35, suffix: ""),
            ],
            [
                .label("Name", column: 1), .value(.name, column: 10, suffix: ""),
                .value(.metadata, column: isWide ? 39 : 33, suffix: ""),
            ],
        ]
    }

    /// Several topics a row, as at 80x24.
    private static func shortRows(_ state: StudioState) -> [[Part]] {
        let form = state.form
        return [
            [
                .label("Draft", column: 1), .value(.lrSize, column: 9, suffix: ""),
                .value(.frames, column: 17, suffix: "f"), .value(.fps, column: 22, suffix: "fps"),
                .value(.lrSteps, column: 28, suffix: " st"),
            ],
            [
                .label("Commit", column: 1), .value(.hrSize, column: 9, suffix: ""),
                .value(.hrSteps, column: 28, suffix: " st"),
            ],
            [
                .label("Seed", column: 1),
                .value(.seed, column: 9, suffix: form.sweeps.seeds.isEmpty ? form.seedMode.sign : ""),
                .label("cfg", column: 25), .value(.lrGuidance, column: 29, suffix: ""),
                .value(.hrGuidance, column: 33, suffix: ""),
            ],
            [
                .label("Model", column: 1), .value(.model, column: 9, suffix: ""),
                .value(.precision, column: 18, suffix: ""),
                .label("count", column: 24), .value(.count, column: 30, suffix: ""),
            ],
            [
                .label("Output", column: 1), .value(.folder, column: 9, suffix: ""),
                .value(.format, column: 26, suffix: ""), .label("q", column: 30),
                .value(.quality, column: 32, suffix: ""),
            ],
            [
                .label("Name", column: 1), .value(.name, column: 9, suffix: ""),
                .label("tells", column: 26), .value(.metadata, column: 32, suffix: ""),
            ],
        ]
    }

    private static func countNote(_ state: StudioState) -> String {
        let count = state.form.draftCount(prompt: state.prompt.text)
        guard count > 1 else { return "draft" }
        return count > Batch.limit ? "too many" : "makes \(count)"
    }

    private static func draw(_ part: Part, y: Int, end: Int, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        switch part {
        case .label(let text, let column): canvas.write(text, x: column, y: y, style: look.dim)
        case .note(let text, let column):
            canvas.write(
                TextWidth.cut(text, to: canvas.width - column, mark: canvas.cutMark), x: column, y: y, style: look.dim)
        case .value(let field, let column, let suffix):
            let isSelected = state.focus == .params && state.paramsPane.field == field
            let isChanged = state.form.isChanged(field)
            let room = max(end - column - suffix.count, 1)
            // The star gives way before the value does.
            let value = state.form.text(of: field)
            let mark = isChanged && TextWidth.width(of: value) < room ? "*" : ""
            let text = TextWidth.cut(value + mark, to: room, mark: canvas.cutMark)
            let style = isSelected ? look.selection : isChanged ? look.accent : look.text
            let next = canvas.write(text, x: column, y: y, style: style)
            if isSelected, state.overlays.isEmpty { canvas.placeCursor(x: column, y: y) }
            canvas.write(suffix, x: next, y: y, style: look.dim)
        }
    }

    // MARK: Estimates

    private static func drawShortEstimate(_ state: StudioState, y: Int, on canvas: inout Canvas) {
        let look = state.look
        canvas.write("Needs", x: 1, y: y, style: look.dim)
        guard let commit = state.commitEstimate else {
            canvas.write("not known yet", x: 9, y: y, style: look.dim)
            return
        }
        let fit = commit.fit.rawValue
        let share = Format.share(commit.neededBytes, of: commit.availableBytes)
        let isTooLarge = commit.neededBytes > commit.availableBytes
        let memories = isTooLarge ? [share] : [share, Format.bytes(commit.neededBytes)]
        let whole = memories.flatMap { memory in
            [commit.timeText, commit.shortTimeText].map { "\($0)  \(memory)  \(fit)" }
        }
        // The first that fits whole: of a commit that does not, the time matters least.
        let texts = whole + memories.map { "\($0)  \(fit)" }
        let text = texts.first { $0.count <= canvas.width - 10 } ?? fit
        canvas.write(text, x: 9, y: y, style: look.fit(commit.fit))
    }

    private static func drawEstimates(_ state: StudioState, y: Int, on canvas: inout Canvas) {
        canvas.within(Rect(x: 1, y: y, width: canvas.width - 2, height: 1)) { $0.separator(y: 0, look: state.look) }
        let count = state.form.draftCount(prompt: state.prompt.text)
        let together = count > 1 && count <= Batch.limit ? state.batchSeconds(count: count) : nil
        draw("Draft", state.draftEstimate, y: y + 1, state, on: &canvas) { time in
            together.map { "\(count) in about \(Format.rough($0))" } ?? time
        }
        draw("Commit", state.commitEstimate, y: y + 2, state, on: &canvas)
        guard let commit = state.commitEstimate, canvas.height > y + 3 else { return }
        let rows = canvas.height - y - 3
        let disk = commit.diskBytes.map { ["needs \(Format.bytes($0)) on disk"] } ?? []
        let notes = stageLines(commit, columns: canvas.width - 4, rows: max(rows - disk.count, 1)) + disk
        for (row, line) in notes.prefix(rows).enumerated() {
            canvas.write(line, x: 3, y: y + 3 + row, style: state.look.dim)
        }
    }

    /// The parts of a commit in their order; of what does not fit the shortest are left out.
    private static func stageLines(_ commit: FormEstimate, columns: Int, rows: Int) -> [String] {
        var stages = [Stage.load, .features, .hr, .decode, .encode].filter { commit.stages[$0] != nil }
        while true {
            let words = stages.map { stage in
                "\(stage == .hr ? "sample" : stage.rawValue) \(Format.duration(commit.stages[stage] ?? 0))"
            }
            var lines: [String] = []
            for word in words {
                if let last = lines.last, last.count + 2 + word.count <= columns {
                    lines[lines.count - 1] = last + "  " + word
                } else {
                    lines.append(word)
                }
            }
            guard lines.count > rows, stages.count > 1 else { return lines }
            let shortest = stages.min { (commit.stages[$0] ?? 0) < (commit.stages[$1] ?? 0) }
            stages.removeAll { $0 == shortest }
        }
    }

    private static func draw(
        _ label: String, _ estimate: FormEstimate?, y: Int, _ state: StudioState, on canvas: inout Canvas,
        worded: (String) -> String = { $0 }
    ) {
        let look = state.look
        canvas.write(label, x: 1, y: y, style: look.dim)
        guard let estimate else {
            canvas.write("not known yet", x: 10, y: y, style: look.dim)
            return
        }
        let memory = Format.bytes(estimate.neededBytes) + "  " + estimate.fit.rawValue
        let room = canvas.width - 12 - memory.count
        // The range goes before the time is cut.
        let whole = worded(estimate.timeText)
        let time = whole.count <= room ? whole : String(whole.prefix { $0 != "(" })
        canvas.write(time, x: 10, y: y, style: look.text, limit: room)
        canvas.writeRight(memory, y: y, style: look.fit(estimate.fit), margin: 1)
    }
}

extension ParametersForm.SeedMode {
    /// Behind the seed where there is little room.
    fileprivate var sign: String {
        switch self {
        case .random: " new"
        case .next: " next"
        case .locked: " lock"
        }
    }
}

extension ParamsPane.Part {
    fileprivate var field: ParametersForm.Field? {
        if case .value(let field, _, _) = self { return field }
        return nil
    }

    fileprivate var column: Int {
        switch self {
        case .label(_, let column), .value(_, let column, _), .note(_, let column): column
        }
    }
}
