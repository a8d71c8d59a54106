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

    /// The key of a command as the focused pane has it, short; empty if it has none.
    private static func key(_ command: Command, _ state: StudioState) -> String {
        let own: KeyContext = state.focus == .prompt ? .prompt : .pane(state.focus)
        let contexts = [own] + (state.isTyping ? [] : [.outsideText]) + [.everywhere]
        let binding = contexts.lazy.compactMap { context in
            state.bindings.bindings(in: context).first { $0.command == command && !$0.keys.isEmpty }
        }.first
        // Zellij keeps Ctrl keys for itself; the same command has another one.
        let keys = binding?.keys ?? []
        let free = keys.first { key in
            if case .control = key { !state.prefersFunctionKeys } else { true }
        }
        return (free ?? keys.first)?.shortName ?? ""
    }

    private static func keys(_ state: StudioState) -> [(String, String)] {
        func item(_ command: Command, _ label: String) -> (String, String) { (key(command, state), label) }
        func pair(_ first: Command, _ second: Command, _ label: String) -> (String, String) {
            (key(first, state) + " " + key(second, state), label)
        }
        let commit = item(.commit, state.selectedDraft.map { "commit draft \($0.id)" } ?? "commit")
        let palette = (state.prefersFunctionKeys ? ":" : key(.palette, state), "actions")
        let help = state.isTyping ? (key(.help, state), "? help") : (key(.help, state), "help")
        let stop: [(String, String)] = state.runningJob == nil ? [] : [item(.stop, "stop")]
        let pane = item(.nextPane, "pane")
        var items: [(String, String)]
        switch state.focus {
        case .prompt:
            items = [item(.draft, "draft"), commit] + stop + [pane, palette, item(.newline, "new line")]
            items += [item(.undo, "undo"), item(.searchPrompts, "earlier"), item(.externalEditor, "editor")]
        case .params:
            items = [pair(.decrease, .increase, "change"), item(.activate, "type"), item(.resetValue, "preset's")]
            items += [item(.randomSeed, "new seeds")] + stop + [pane, commit, palette]
        case .preview where state.sheet != nil:
            items = [("arrows", "choose"), item(.activate, "open"), item(.contactSheet, "picture"), commit] + stop
            items += [item(.playPause, state.preview.isPlaying ? "pause" : "play"), pane]
        case .preview:
            items = [item(.playPause, state.preview.isPlaying ? "pause" : "play")]
            items += [pair(.frameBack, .frameForward, "step"), pair(.slower, .faster, "speed")]
            items += [item(.fullPicture, "full")] + stop + [item(.nextGraphics, "graphics")]
            items += [pair(.setReference, .compare, "compare"), item(.contactSheet, "sheet"), item(.follow, "follow")]
            items += [pane]
        case .steps: items = stop + [commit, pane, palette]
        case .drafts:
            items = [item(.activate, "play"), item(.loadRecipe, "load"), item(.lockSeed, "lock seed")]
            items += [item(.commit, "commit"), item(.star, "star")] + stop + [item(.filter, "filter")]
            items += [item(.trash, "delete"), item(.tag, "tag"), item(.contactSheet, "sheet")]
            items += [item(.showRecipe, "recipe"), item(.copyCommand, "copy command"), pane]
        case .queue:
            items = [item(.removeJob, "stop or remove"), item(.resume, "resume")]
            items += [
                pair(.moveJobUp, .moveJobDown, "move"), item(.pauseQueue, state.queue.isPaused ? "go on" : "pause"),
            ]
            items += [item(.activate, "steps")] + stop + [pane]
        case .presets:
            items = [item(.activate, "apply"), item(.savePreset, "save form"), item(.diffPreset, "differences")]
            items += [item(.renamePreset, "rename"), item(.deletePreset, "remove"), item(.exportPreset, "export")]
            items += [item(.importPreset, "import"), item(.filter, "filter"), pane]
        case .log: items = [pair(.up, .down, "scroll"), item(.logLevel, "level"), pane]
        }
        // A command whose key was taken away has no place here.
        return items.filter { !$0.0.allSatisfy { $0 == " " } } + [help]
    }
}
