import Foundation
import Generation
import StudioCore
package import TerminalKit

/// Stages and steps of the running job, or of the last one, with the remaining time.
package enum StepsPane: Pane {
    package static let kind = PaneKind.steps

    package static func subtitle(_ state: StudioState) -> String {
        guard let run = state.shownRun else { return "" }
        let name = "\(run.kind.rawValue) \(run.id)"
        switch run.phase {
        case .running: return name
        case .stopping: return name + " stopping"
        case .stopped: return name + " stopped"
        case .failed: return name + " failed"
        case .done: return name + " done"
        }
    }

    package static func detail(_ state: StudioState, width: Int) -> String {
        guard let run = state.shownRun else { return "" }
        let since = Format.duration(run.elapsed(now: state.now))
        guard run.isRunning else { return "took \(since)" }
        let step = run.presentStep.map { ["step \($0)/\(run.stepCount)"] } ?? []
        let (long, short) = (eta(run, state), shortEta(run, state))
        // What stands beside the pane's name and its own title; the first that fits whole.
        let room = width - 9 - (kind.title.count + 3 + subtitle(state).count)
        let choices = [step + [long, "since \(since)"], step + [long], step + [short], [short]]
        let texts = choices.map { $0.joined(separator: "   ") }
        return texts.first { $0.count <= room } ?? short
    }

    /// `eta 6s (5-7s)`, with the clock time above a minute; `estimating` before anything is known.
    static func eta(_ run: RunState, _ state: StudioState) -> String {
        guard let rest = run.remaining(now: state.now) else {
            return "estimating, \(Format.duration(run.elapsed(now: state.now))) so far"
        }
        var text = shortEta(run, state)
        if rest.seconds >= 1, rest.high - rest.low >= 1 {
            text += " (\(Format.range(max(rest.low.rounded(), 1), rest.high.rounded())))"
        }
        if rest.seconds > 60 { text += ", done about " + StudioState.clock(in: rest.seconds, from: state.date) }
        return text
    }

    /// `eta 6s`; `eta ~6s` right after a jump; `finishing` near the end. Where it is clear what it is, without a name.
    static func shortEta(_ run: RunState, _ state: StudioState, isNamed: Bool = true) -> String {
        guard let rest = run.remaining(now: state.now) else { return "estimating" }
        if rest.seconds < 1, run.isNearEnd { return "finishing" }
        // Without an earlier run nobody knows what comes after the steps.
        let prefix = rest.runs == 0 && !run.isNearEnd ? "over " : run.hasJumped(now: state.now) ? "~" : ""
        return (isNamed ? "eta " : "") + prefix + Format.remaining(max(rest.seconds, 1))
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        guard let run = state.shownRun else {
            canvas.write("No job has run yet. Enter in the prompt makes a draft.", x: 1, y: 0, style: state.look.dim)
            return
        }
        let look = state.look
        let progress = run.progress(now: state.now)
        drawStages(run, state, on: &canvas)
        canvas.bar(x: 1, y: 1, columns: canvas.width - 8, part: progress, look: look)
        canvas.writeRight("\(Int((progress * 100).rounded()))%", y: 1, style: look.text, margin: 1)
        let summaryRow = canvas.height - 1
        drawSteps(run, state, rows: 2..<max(summaryRow, 2), on: &canvas)
        drawSummary(run, state, y: summaryRow, on: &canvas)
    }

    /// `load 0.0s   text 0.0s   sample 5.1s   decode -   encode -`.
    private static func drawStages(_ run: RunState, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        // What does not fit is left out, the least important first.
        let ways: [(detailed: Bool, gap: Int)] = [(true, 3), (true, 2), (false, 2), (false, 1)]
        let rows = ways.map { way in (way.gap, stageTexts(run, state, isDetailed: way.detailed)) }
        let last = (gap: 1, texts: rows.last?.1.filter { [.lr, .hr, .decode, .encode].contains($0.stage) } ?? [])
        let fitting = rows.first { gap, texts in
            // With the narrowest gaps the text may reach the border.
            texts.reduce(-gap) { $0 + $1.name.count + 1 + $1.time.count + gap } < canvas.width - min(gap, 2) + 1
        }
        let (gap, texts) = fitting ?? last
        var x = 1
        for text in texts {
            let isPresent = run.stage == text.stage
            x = canvas.write(text.name + " ", x: x, y: 0, style: isPresent ? look.accent : look.dim)
            x = canvas.write(text.time, x: x, y: 0, style: isPresent ? look.accent : look.text) + gap
        }
    }

    private static func stageTexts(
        _ run: RunState, _ state: StudioState, isDetailed: Bool
    ) -> [(stage: Stage, name: String, time: String)] {
        let present = run.stage.flatMap { run.stages.firstIndex(of: $0) } ?? (run.phase == .done ? run.stages.count : 0)
        return run.stages.enumerated().compactMap { index, stage in
            let name = stage == .lr || stage == .hr ? "sample" : stage.rawValue
            // A pass that was stopped has no time of its own, but its steps have.
            let stepSeconds = run.isRunning ? nil : run.seconds(ofSteps: stage)
            var time = (run.stageSeconds[stage] ?? stepSeconds).map { Format.fixed($0, 1) + "s" } ?? "-"
            if run.cachedStages.contains(stage), isDetailed { time += " cached" }
            if index == present, run.stage == stage {
                time = Format.fixed(state.now - run.stageStartedAt, 1) + "s"
                let isCounted = stage != .lr && stage != .hr && run.stageParts > 1
                if isCounted, isDetailed { time += " \(run.finishedParts)/\(run.stageParts)" }
            } else if index < present, time == "-" {
                // This run did without it.
                return nil
            }
            return (stage, name, time)
        }
    }

    private static func drawSteps(_ run: RunState, _ state: StudioState, rows: Range<Int>, on canvas: inout Canvas) {
        guard !rows.isEmpty else { return }
        let hasTable = canvas.width >= 96 && rows.count >= 12
        if hasTable {
            drawTable(run, state, rows: rows, on: &canvas)
            // Below the table's head and its steps.
            let tableEnd = min(rows.lowerBound + 1 + run.stepCount, rows.upperBound)
            drawStrip(run, state, rows: tableEnd..<rows.upperBound, on: &canvas)
        } else {
            drawColumns(run, state, rows: rows, on: &canvas)
        }
    }

    /// Steps in columns: number, time, and where there is room sigma, and how the time is split.
    private static func drawColumns(_ run: RunState, _ state: StudioState, rows: Range<Int>, on canvas: inout Canvas) {
        let showsSigma = canvas.width >= 50 && rows.count > 1
        let showsSplit = showsSigma && (canvas.width - 2) / splitColumnWidth * rows.count >= run.stepCount
        let columnWidth = showsSplit ? splitColumnWidth : showsSigma ? 23 : 9
        let columns = max((canvas.width - 2) / columnWidth, 1)
        let capacity = columns * rows.count
        let present = run.presentStep ?? run.steps.count
        let first = run.stepCount <= capacity ? 1 : max(min(present - capacity + 1, run.stepCount - capacity + 1), 1)
        for number in first...max(min(first + capacity - 1, run.stepCount), first) {
            let index = number - first
            // In few rows the order is that of reading; in more, down the columns.
            let place =
                rows.count == 1 ? (column: index, row: 0) : (column: index / rows.count, row: index % rows.count)
            let x = 1 + place.column * columnWidth
            let text = stepText(number, run, showsSigma: showsSigma)
            let isPresent = run.presentStep == number
            let step = run.steps.first { $0.number == number }
            let style = isPresent ? state.look.accent : step == nil ? state.look.dim : state.look.text
            let y = rows.lowerBound + place.row
            canvas.write(text, x: x, y: y, style: style, limit: columnWidth - 1)
            if showsSplit, let step {
                drawSplit(step, x: x + 22, y: y, columns: splitColumnWidth - 24, look: state.look, on: &canvas)
            }
        }
    }

    /// Of a step with number, time, sigma and twelve letters for the parts of its time.
    private static let splitColumnWidth = 36

    private static func stepText(_ number: Int, _ run: RunState, showsSigma: Bool) -> String {
        let label = (number < 10 ? " " : "") + String(number)
        guard let step = run.steps.first(where: { $0.number == number }) else {
            if run.presentStep == number, let block = run.block {
                return "\(label) \(showsSigma ? "block " : "")\(block.number)/\(block.count)"
            }
            return label + " ...."
        }
        let sigma = showsSigma ? "  sigma " + Format.fixed(Double(step.sigma), 3) : ""
        return "\(label) \(Format.fixed(step.seconds, 2))s\(sigma)"
    }

    /// One step a row, its time split into attention, linear layers and the rest.
    private static func drawTable(_ run: RunState, _ state: StudioState, rows: Range<Int>, on canvas: inout Canvas) {
        let look = state.look
        canvas.write(
            "step   time    sigma   attention linear other    x0 change   note", x: 1, y: rows.lowerBound,
            style: look.dim)
        let room = rows.count - 1
        let present = run.presentStep ?? run.steps.count
        let first = max(min(present - room + 1, run.stepCount - room + 1), 1)
        for number in first...max(min(first + room - 1, run.stepCount), first) {
            let y = rows.lowerBound + 1 + number - first
            let label = String(repeating: " ", count: max(3 - String(number).count, 0)) + String(number)
            guard let step = run.steps.first(where: { $0.number == number }) else {
                canvas.write(
                    "\(label)   \(waitingText(number, run))", x: 1, y: y,
                    style: run.presentStep == number ? look.accent : look.dim)
                continue
            }
            let text =
                "\(label)   \(TextWidth.fit(Format.fixed(step.seconds, 2), to: 6))  \(Format.fixed(Double(step.sigma), 3))"
            canvas.write(text, x: 1, y: y, style: look.text)
            drawSplit(step, x: 25, y: y, columns: 20, look: look, on: &canvas)
            canvas.write(step.x0Change.map { Format.fixed($0, 2) } ?? "-", x: 53, y: y, style: look.text)
            let note = run.notes[number] ?? (run.savedStep == number ? "state saved" : "")
            canvas.write(note, x: 64, y: y, style: run.notes[number] == nil ? look.dim : look.warning)
        }
    }

    private static func waitingText(_ number: Int, _ run: RunState) -> String {
        guard run.presentStep == number, let block = run.block else { return "...." }
        return "block \(block.number) of \(block.count)"
    }

    /// Letters in the ratio of a step's parts: attention, linear layers, other.
    private static func drawSplit(
        _ step: StepRecord, x: Int, y: Int, columns: Int, look: Look, on canvas: inout Canvas
    ) {
        func letters(_ seconds: Double) -> Int {
            Int((seconds / max(step.seconds, 1e-9) * Double(columns)).rounded())
        }
        let attention = min(letters(step.attention), columns)
        let linear = min(letters(step.linear), columns - attention)
        var end = canvas.write(String(repeating: "a", count: attention), x: x, y: y, style: look.accent)
        end = canvas.write(String(repeating: "l", count: linear), x: end, y: y, style: look.link)
        canvas.write(String(repeating: "o", count: max(x + columns - end, 0)), x: end, y: y, style: look.dim)
    }

    private static func drawSummary(_ run: RunState, _ state: StudioState, y: Int, on canvas: inout Canvas) {
        let look = state.look
        if case .failed(let text) = run.phase {
            // The whole sentence, from as many rows up as it needs.
            let lines = TextWrap.lines(text, columns: canvas.width - 2).prefix(max(y - 1, 1))
            let top = y - lines.count + 1
            canvas.fill(Rect(x: 0, y: top, width: canvas.width, height: lines.count), style: look.text)
            for (row, line) in lines.enumerated() { canvas.write(line, x: 1, y: top + row, style: look.error) }
            return
        }
        var parts: [String] = []
        if let median = run.stepSeconds(quantile: 0.5), let late = run.stepSeconds(quantile: 0.9) {
            parts.append("s/step median \(Format.fixed(median, 2)) p90 \(Format.fixed(late, 2))")
        }
        if let split = run.split {
            parts.append("attention \(split.attention)% linear \(split.linear)%")
        }
        let match = state.matchText(job: run.id)
        if !match.isEmpty { parts.append(match) }
        if let change = run.steps.last?.x0Change { parts.append("x0 change \(Format.fixed(change, 2))") }
        if canvas.width >= 90, let tokens = run.steps.last?.tokens { parts.append("\(Format.grouped(tokens)) tokens") }
        // What does not fit is left out whole, the last first.
        func isTooLong() -> Bool { parts.joined(separator: "   ").count > canvas.width - 2 }
        if isTooLong() { parts[0].replace("s/step ", with: "") }
        while parts.count > 1, isTooLong() { parts.removeLast() }
        let text = TextWidth.cut(parts.joined(separator: "   "), to: canvas.width - 2, mark: canvas.cutMark)
        canvas.write(text, x: 1, y: y, style: look.dim)
    }
}
