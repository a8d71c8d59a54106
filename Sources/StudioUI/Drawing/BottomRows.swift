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
            let end = drawKeys(state, room: keyRoom(state), on: &canvas)
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
        let waiting = state.queue.waitingCount
        if waiting > 0 { x = canvas.write("queue \(waiting)", x: x, y: 0, style: look.dim) + 2 }
        let message = messageText(state)
        canvas.write(
            TextWidth.cut(message.0, to: canvas.width - x - 1, mark: canvas.cutMark), x: x, y: 0, style: message.1)
    }

    // MARK: Keys

    /// A hint of the key line: keys with what they do, and a few words.
    private struct Hint {
        var keys: [(text: String, command: Command?)]
        var label: String

        var text: String { keys.map(\.text).joined(separator: " ") }
        var width: Int { TextWidth.width(of: text) + 1 + label.count }
    }

    /// Keys that matter now, as many as fit; the last one, help, always.
    ///
    /// - Returns: the column after the last one.
    private static func drawKeys(_ state: StudioState, room: Int, on canvas: inout Canvas) -> Int {
        var end = 1
        for (hint, x) in places(state, room: room) {
            let next = canvas.write(hint.text, x: x, y: 0, style: state.look.key.bold)
            end = canvas.write(" " + hint.label, x: next, y: 0, style: state.look.dim)
        }
        return end
    }

    /// The hints that fit with their columns.
    private static func places(_ state: StudioState, room: Int) -> [(Hint, Int)] {
        let hints = hints(state)
        guard let last = hints.last else { return [] }
        let gap = 2
        var x = 1
        var result: [(Hint, Int)] = []
        for hint in hints.dropLast() {
            guard x + hint.width + gap + last.width < max(room, last.width + 2) else { break }
            result.append((hint, x))
            x += hint.width + gap
        }
        return result + [(last, x)]
    }

    /// What a click on the key line means.
    static func command(atColumn column: Int, _ state: StudioState) -> Command? {
        for (hint, start) in places(state, room: keyRoom(state)) where column >= start && column < start + hint.width {
            var x = start
            for key in hint.keys {
                // The words belong to the last key.
                if column < x + TextWidth.width(of: key.text) + 1 { return key.command }
                x += TextWidth.width(of: key.text) + 1
            }
            return hint.keys.last?.command
        }
        return nil
    }

    /// Columns for keys; a long message takes the place of keys that are known by then.
    private static func keyRoom(_ state: StudioState) -> Int {
        guard state.layout.messageRow == nil else { return state.width }
        return state.width - min(TextWidth.width(of: messageText(state).0), state.width * 2 / 3) - 3
    }

    /// What a filter being typed understands.
    private static func filterHints(_ pane: PaneKind) -> [Hint] {
        let words = pane == .drafts ? "words, seed: size: model: tag: day: star: has:commit" : "words"
        return [
            Hint(keys: [("Enter", nil)], label: "keep"), Hint(keys: [("Esc", nil)], label: "clear"),
            Hint(keys: [("/", nil)], label: words),
        ]
    }

    /// What can be done to the selected job as it stands.
    private static func queueHints(
        _ state: StudioState, _ item: (Command, String) -> Hint, _ pair: (Command, Command, String) -> Hint
    ) -> [Hint] {
        let steps = item(.activate, "steps")
        let queue = item(.pauseQueue, state.queue.isPaused ? "go on" : "pause the queue")
        guard let job = state.queue.selected else { return [queue] }
        switch job.state {
        case .running:
            let first = job.kind == .commit ? [item(.draftNow, "drafts first")] : []
            return [item(.removeJob, "stop"), item(.pauseJob, "pause job"), queue] + first + [steps]
        case .stopping: return [queue, steps]
        case .waiting:
            let start = job.isHeld ? [item(.resume, "start")] : []
            return start + [item(.removeJob, "remove"), pair(.moveJobUp, .moveJobDown, "move"), queue]
        case .stopped, .failed:
            return [item(.resume, "resume"), item(.writePartial, "write it"), item(.removeJob, "drop"), steps, queue]
        case .done: return [steps, item(.removeJob, "take off the list"), queue]
        }
    }

    private static func hints(_ state: StudioState) -> [Hint] {
        if let overlay = state.overlays.last {
            return overlay.hints(state.look).map { Hint(keys: [($0.key, nil)], label: $0.label) }
        }
        if let pane = state.filteredPane { return filterHints(pane) }
        func item(_ command: Command, _ label: String) -> Hint {
            Hint(keys: [(state.keyName(command), command)], label: label)
        }
        func pair(_ first: Command, _ second: Command, _ label: String) -> Hint {
            Hint(keys: [(state.keyName(first), first), (state.keyName(second), second)], label: label)
        }
        let commit = item(.commit, state.selectedDraft.map { "commit draft \($0.id)" } ?? "commit")
        let palette = Hint(
            keys: [(state.prefersFunctionKeys ? ":" : state.keyName(.palette), .palette)], label: "actions")
        let help = item(.help, state.isTyping ? "? help" : "help")
        let isRunning = state.runningJob != nil
        let stop = isRunning ? [item(.stop, "stop")] : []
        let sharper = isRunning ? [item(.sharperLook, "sharper")] : []
        let compare =
            state.preview.isComparing
            ? [
                item(.compare, state.preview.showsDifference ? "end" : "difference"),
                Hint(keys: [("Esc", nil)], label: "B alone"),
            ]
            : [pair(.setReference, .compare, "compare")]
        let pane = item(.nextPane, "pane")
        let play = item(.playPause, state.preview.isPlaying ? "pause" : "play")
        var items: [Hint]
        switch state.focus {
        case .prompt:
            items = [item(.draft, "draft"), commit] + stop + [pane, palette]
            items += (isRunning ? [] : [item(.stop, "quit")]) + [item(.newline, "new line")]
            items += [item(.undo, "undo"), item(.searchPrompts, "earlier"), item(.externalEditor, "editor")]
        case .params:
            let seeds = [item(.randomSeed, "new seeds")]
            let isSeed = state.paramsPane.field == .seed
            items = [pair(.up, .down, "choose"), pair(.decrease, .increase, "change"), item(.activate, "type")]
            items += (isSeed ? seeds : []) + [item(.draft, "draft")] + stop + [item(.resetValue, "reset"), pane]
            items += [commit, palette] + (isSeed ? [] : seeds)
        case .preview where state.sheet != nil:
            items = [Hint(keys: [("arrows", nil)], label: "choose"), item(.activate, "open")]
            items += [item(.nextView, "picture"), commit] + stop + [play, pane]
        case .preview where state.features != nil:
            items = [pair(.up, .down, "block"), play, pair(.previousDraft, .nextDraft, "draft")]
            items += [item(.nextView, "next view"), item(.fullPicture, "full")] + stop + [pane]
        case .preview:
            items = [play, pair(.previousDraft, .nextDraft, "draft")] + compare + [item(.commit, "commit")] + stop
            items += sharper + [item(.fullPicture, "full"), item(.nextView, "view")]
            items += [pair(.frameBack, .frameForward, "step"), pair(.slower, .faster, "speed")]
            items += [item(.follow, "follow"), item(.nextGraphics, "graphics"), pane]
        case .steps: items = stop + sharper + [commit, pane, palette]
        case .drafts:
            let clip = state.selectedDraft.flatMap { state.clipBehind($0) }
            items = [item(.activate, clip == nil ? "play" : "play 2K clip"), item(.loadRecipe, "reuse")]
            items += [item(.lockSeed, "lock seed"), item(.commit, "commit"), item(.showRecipe, "recipe")] + stop
            // Filter, star and delete stand in the pane's title too.
            items += compare + [item(.tag, "tag"), item(.copyCommand, "copy command"), item(.openFile, "open a clip")]
            items += [pane, item(.filter, "filter"), item(.star, "star"), item(.trash, "delete")]
        case .queue:
            items = queueHints(state, item, pair) + stop + [pane]
        case .presets:
            items = [item(.activate, "apply"), item(.savePreset, "save form"), item(.diffPreset, "differences")]
            items += [item(.renamePreset, "rename"), item(.deletePreset, "remove"), item(.exportPreset, "export")]
            items += [item(.importPreset, "import"), item(.filter, "filter"), pane]
        case .log:
            items = [pair(.up, .down, "scroll"), item(.logLevel, "level"), item(.copyCommand, "copy line"), pane]
        }
        // A command whose key was taken away has no place here.
        let quit = state.focus == .prompt ? [] : [item(.quit, "quit")]
        return (items + quit).filter { !$0.text.allSatisfy { $0 == " " } } + [help]
    }
}
