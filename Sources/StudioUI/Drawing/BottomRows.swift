import Generation
import TerminalKit

/// The key line and the message line.
enum BottomRows {
    static func draw(_ state: StudioState, layout: Layout, on canvas: inout Canvas) {
        if let row = layout.messageRow {
            canvas.within(row) { canvas in
                if layout.sizeClass == .single { drawJob(state, on: &canvas) } else { drawMessage(state, on: &canvas) }
            }
            canvas.within(layout.keyRow) { canvas in _ = drawKeys(state, room: canvas.width, on: &canvas) }
            return
        }
        canvas.within(layout.keyRow) { canvas in
            let message = messageText(state)
            // A long message takes the place of keys that are known by then.
            let wanted = min(TextWidth.width(of: message.0), canvas.width * 2 / 3)
            let end = drawKeys(state, room: canvas.width - wanted - 3, on: &canvas)
            let text = TextWidth.cut(message.0, to: canvas.width - end - 3, mark: canvas.cutMark)
            canvas.writeRight(text, y: 0, style: message.1, margin: 1)
        }
    }

    private static func messageText(_ state: StudioState) -> (String, Style) {
        guard let message = state.message else { return ("", state.look.text) }
        return (message.kind.sign + message.text, state.look.style(message.kind))
    }

    private static func drawMessage(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let message = messageText(state)
        let queue = queueText(state)
        let room = canvas.width - 2 - (queue.isEmpty ? 0 : queue.count + 2)
        canvas.write(TextWidth.cut(message.0, to: room, mark: canvas.cutMark), x: 1, y: 0, style: message.1)
        canvas.writeRight(queue, y: 0, style: look.dim, margin: 1)
    }

    private static func queueText(_ state: StudioState) -> String {
        guard state.runningJob != nil else { return "" }
        let waiting = state.queue.waitingCount
        return waiting == 0 ? "1 job running" : "queue 1 running, \(waiting) waiting"
    }

    /// One row that tells how the job stands, from every pane.
    private static func drawJob(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        guard let run = state.run, run.isRunning else {
            let message = messageText(state)
            canvas.write(
                TextWidth.cut(message.0, to: canvas.width - 2, mark: canvas.cutMark), x: 1, y: 0, style: message.1)
            return
        }
        let step = run.presentStep.map { " \($0)/\(run.stepCount)" } ?? ""
        var x = canvas.write("job \(run.id) \(run.kind.rawValue)\(step) ", x: 1, y: 0, style: look.text)
        canvas.bar(x: x, y: 0, columns: 14, part: run.progress(now: state.now), look: look)
        x = canvas.write(StepsPane.eta(run, state), x: x + 15, y: 0, style: look.text) + 2
        let message = messageText(state)
        canvas.write(
            TextWidth.cut(message.0, to: canvas.width - x - 1, mark: canvas.cutMark), x: x, y: 0, style: message.1)
    }

    /// Keys that matter now, as many as fit; the last one, help, always.
    ///
    /// - Returns: the column after the last one.
    private static func drawKeys(_ state: StudioState, room: Int, on canvas: inout Canvas) -> Int {
        let look = state.look
        let items = keys(state)
        guard let last = items.last else { return 1 }
        let gap = 2
        var x = 1
        let lastWidth = width(last)
        for item in items.dropLast() {
            guard x + width(item) + gap + lastWidth < max(room, lastWidth + 2) else { break }
            x = draw(item, x: x, look, on: &canvas) + gap
        }
        return draw(last, x: x, look, on: &canvas)
    }

    private static func draw(_ item: (String, String), x: Int, _ look: Look, on canvas: inout Canvas) -> Int {
        let next = canvas.write(item.0, x: x, y: 0, style: look.key.bold)
        return canvas.write(" " + item.1, x: next, y: 0, style: look.dim)
    }

    private static func width(_ item: (String, String)) -> Int { TextWidth.width(of: item.0) + 1 + item.1.count }

    private static func keys(_ state: StudioState) -> [(String, String)] {
        let usesFunctionKeys = state.prefersFunctionKeys
        let commitKey = usesFunctionKeys ? "F6" : "^T"
        let palette = usesFunctionKeys ? ":" : "^P"
        let commit = state.selectedDraft.map { "commit draft \($0.id)" } ?? "commit"
        let help = state.isTyping ? ("F1", "? help") : ("?", "help")
        let stop: [(String, String)] = state.runningJob == nil ? [] : [("^C", "stop")]
        var items: [(String, String)]
        switch state.focus {
        case .prompt:
            items = [("Enter", "draft"), (commitKey, commit)] + stop
            items += [("Tab", "pane"), (palette, "actions"), ("^J", "new line"), ("^_", "undo"), ("^R", "earlier")]
        case .params:
            items = [("Left Right", "change"), ("Enter", "type"), ("r", "preset's"), ("S", "new seeds")] + stop
            items += [("Tab", "pane"), (commitKey, commit), (palette, "actions")]
        case .preview:
            items = [
                ("Space", state.preview.isPlaying ? "pause" : "play"), (", .", "step"), ("< >", "speed"), ("z", "full"),
            ]
            items += stop + [("F2", "graphics"), ("a b", "compare"), ("F", "follow"), ("Tab", "pane")]
        case .steps: items = stop + [(commitKey, commit), ("Tab", "pane"), (palette, "actions")]
        case .drafts:
            items = [("Enter", "play"), ("e", "load"), ("=", "lock seed"), (commitKey, "commit"), ("f", "star")] + stop
            items += [("/", "filter"), ("D", "delete"), ("m", "recipe"), ("y", "copy command"), ("Tab", "pane")]
        case .queue: items = [("x", "stop or remove"), ("R", "resume"), ("Enter", "steps")] + stop + [("Tab", "pane")]
        case .presets:
            items = [("Enter", "apply"), ("+", "save form"), ("D", "remove"), ("/", "filter"), ("Tab", "pane")]
        case .log: items = [("Up Down", "scroll"), ("L", "level"), ("Tab", "pane")]
        }
        return items + [help]
    }
}
