import Foundation
import Generation
import StudioCore
package import TerminalKit

/// The running job, waiting ones, and those that ended since the start.
package enum QueuePane: Pane {
    package static let kind = PaneKind.queue

    package static func subtitle(_ state: StudioState) -> String { "" }

    package static func detail(_ state: StudioState, width: Int) -> String {
        guard !state.queue.isPaused else {
            return "paused, " + state.keyHints([(.pauseQueue, "goes on")], in: kind, gap: 1)
        }
        return state.keyHints([(.pauseQueue, "pause"), (.removeJob, "stop")], in: kind, gap: 3)
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let jobs = state.queue.shown
        guard !jobs.isEmpty else {
            canvas.write("No jobs.", x: 1, y: 0, style: look.dim)
            return
        }
        let (first, rows) = view(state, height: canvas.height)
        for (y, job) in jobs.dropFirst(first).prefix(rows).enumerated() {
            let isSelected = job.id == state.queue.selected?.id
            let isFocused = isSelected && state.focus == .queue
            let style = isFocused ? look.selection : job.state.isFinished ? look.dim : look.text
            canvas.listRow(y: y, isSelected: isFocused, look: look)
            canvas.write(isSelected ? look.marker : " ", x: 1, y: y, style: isFocused ? style : look.focus)
            if isFocused, state.overlays.isEmpty { canvas.placeCursor(x: 1, y: y) }
            let number = String(repeating: " ", count: max(3 - String(job.id).count, 0)) + String(job.id)
            let kind = TextWidth.fit(job.kind.rawValue, to: 7)
            let size = TextWidth.fit(job.size.description, to: 10)
            let start = "\(number) \(kind)\(size) "
            let room = canvas.width - 3 - start.count
            let texts = [false, true].map { batchText(job, state, isShort: $0) ?? stateText(job, state, isShort: $0) }
            let text = start + (texts.first { $0.count <= room } ?? texts[1])
            canvas.write(TextWidth.cut(text, to: canvas.width - 3, mark: canvas.cutMark), x: 2, y: y, style: style)
        }
        let ends = endTexts(state)
        guard let end = ends.first(where: { $0.count <= canvas.width - 3 }) ?? ends.last else { return }
        canvas.write(end, x: 2, y: canvas.height - 1, style: look.dim)
    }

    /// The first job in view, and how many rows there are for jobs.
    private static func view(_ state: StudioState, height: Int) -> (first: Int, rows: Int) {
        let jobs = state.queue.shown
        let rows = max(height - (endTexts(state).isEmpty ? 0 : 1), 1)
        let selected = jobs.firstIndex { $0.id == state.queue.selected?.id } ?? 0
        return (max(min(selected - rows / 2, jobs.count - rows), 0), rows)
    }

    /// The job in a row of the inside.
    static func job(atRow row: Int, height: Int, _ state: StudioState) -> Int? {
        let (jobs, view) = (state.queue.shown, view(state, height: height))
        return row >= 0 && row < view.rows && jobs.indices.contains(view.first + row) ? jobs[view.first + row].id : nil
    }

    private static func stateText(_ job: JobEntry, _ state: StudioState, isShort: Bool) -> String {
        switch job.state {
        case .waiting where job.isHeld: "held, R starts it"
        case .waiting: "waits" + (job.expected.map { "  " + Format.duration($0) } ?? "")
        case .running:
            if let run = state.run, run.id == job.id {
                "\(Int((run.progress(now: state.now) * 100).rounded()))%  "
                    + StepsPane.shortEta(run, state, isNamed: !isShort)
            } else {
                "runs"
            }
        case .stopping: "stopping"
        case .stopped(let step, let count): count > 0 ? "stopped at \(step)/\(count)" : "stopped"
        case .failed(let text): "failed: " + text
        case .done(let seconds, let bytes):
            "ok  " + Format.duration(seconds) + (bytes.map { "  " + Format.bytes($0) } ?? "")
        }
    }

    /// For a job of a batch: one row stands for all that wait, one for all that are done.
    private static func batchText(_ job: JobEntry, _ state: StudioState, isShort: Bool) -> String? {
        guard let batch = job.batch else { return nil }
        switch job.state {
        case .waiting:
            let waiting = state.queue.waiting(inBatch: batch.batch)
            let seconds = waiting.compactMap(\.expected).reduce(0, +)
            return "\(waiting.count) wait" + (seconds > 0 ? "  " + Format.duration(seconds) : "")
        case .running: return "\(batch.index + 1)/\(batch.count)  " + stateText(job, state, isShort: isShort)
        case .done: return "\(state.queue.doneCount(inBatch: batch.batch))/\(batch.count) done"
        case .stopping, .stopped, .failed: return nil
        }
    }

    /// When everything will be done, the longest words first; none with fewer than two open jobs or an unknown time.
    private static func endTexts(_ state: StudioState) -> [String] {
        let waiting = state.queue.jobs.filter { $0.state == .waiting }
        guard !waiting.isEmpty, let run = state.run, let rest = run.remaining(now: state.now) else { return [] }
        let expected = waiting.compactMap(\.expected)
        guard expected.count == waiting.count else { return [] }
        let seconds = rest.seconds + expected.reduce(0, +)
        let clock = StudioState.clock(in: seconds, from: state.date)
        let time = Format.duration(seconds)
        return ["all done about \(clock) (\(time))", "done about \(clock) (\(time))", "done about \(clock)"]
    }
}
