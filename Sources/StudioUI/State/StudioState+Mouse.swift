import StudioCore
import TerminalKit

/// What the mouse is dragging.
enum MouseDrag: Sendable, Equatable {
    case none
    case border(Layout.Border, x: Int, y: Int)
    /// Text of the prompt.
    case selection
    /// The position bar of the picture.
    case position
}

/// Where and when the left button went down last.
struct MouseClick: Sendable, Equatable {
    var x: Int
    var y: Int
    var time: Double

    /// Two clicks in one place within this many seconds are a double click.
    static let doubleSeconds = 0.4
}

extension StudioState {
    /// A click focuses, selects and presses; the wheel scrolls what is under it without moving the focus; the right
    /// button shows what can be done with what is under it.
    mutating func handleMouse(_ event: MouseEvent) -> [StudioAction] {
        switch event.kind {
        case .wheelUp, .wheelDown:
            guard let (pane, _) = pane(at: event) else { return [] }
            return scroll(pane, by: event.kind == .wheelUp ? -1 : 1)
        case .press where event.button == .left: return press(event)
        case .press where event.button == .right: return showActions(event)
        case .drag: return dragged(event)
        case .release:
            drag = .none
            return []
        default: return []
        }
    }

    private func pane(at event: MouseEvent) -> (kind: PaneKind, rect: Rect)? {
        layout.panes.first { $0.value.contains(x: event.x, y: event.y) }.map { ($0.key, $0.value) }
    }

    private mutating func press(_ event: MouseEvent) -> [StudioAction] {
        let click = MouseClick(x: event.x, y: event.y, time: now)
        let isDouble =
            lastClick.map { $0.x == click.x && $0.y == click.y && now - $0.time <= MouseClick.doubleSeconds } ?? false
        lastClick = isDouble ? nil : click
        drag = .none
        if let border = layout.border(atX: event.x, y: event.y) { drag = .border(border, x: event.x, y: event.y) }
        guard let (pane, rect) = pane(at: event) else {
            if event.y == 0 { return pressTab(x: event.x) }
            if event.y == layout.keyRow.y, let command = BottomRows.command(atColumn: event.x, self) {
                return perform(command)
            }
            return []
        }
        if case .border(.left, _, _) = drag { return [] }
        if case .border(.right, _, _) = drag { return [] }
        if pane == .preview, sheet == nil, let part = positionBarPart(event, in: rect) {
            drag = .position
            preview.seek(part, now: now)
            return []
        }
        focus(on: pane)
        if isDouble, pane != .prompt, pane != .log { return activate() }
        let actions = select(pane, x: event.x - rect.x - 1, y: event.y - rect.y - 1, rect: rect)
        if pane == .prompt { takePromptClick(event, rect, isDouble: isDouble) }
        return actions
    }

    private mutating func dragged(_ event: MouseEvent) -> [StudioAction] {
        switch drag {
        case .border(let border, let x, let y):
            let step = border == .lower ? event.y - y : event.x - x
            guard step != 0 else { return [] }
            moveBorder(border, by: step)
            drag = .border(border, x: event.x, y: event.y)
        case .selection:
            guard let rect = layout.panes[.prompt],
                let place = PromptPane.place(atX: event.x, y: event.y, in: rect, self)
            else { return [] }
            var editor = editor
            editor.select { $0.moveCursor(to: place.index) }
            self.editor = editor
        case .position:
            guard let rect = layout.panes[.preview] else { return [] }
            let bar = PreviewPane.positionBar(in: rect, state: self)
            preview.seek(Double(event.x - bar.x - 1) / Double(max(bar.width - 2, 1)), now: now)
        case .none: break
        }
        return []
    }

    /// A double click takes the word: Enter, as elsewhere, would start a draft by a slip of the hand.
    private mutating func takePromptClick(_ event: MouseEvent, _ rect: Rect, isDouble: Bool) {
        guard let place = PromptPane.place(atX: event.x, y: event.y, in: rect, self) else {
            // The row below the text opens the negative prompt, as the key named there does.
            if !isNegativeOpen, event.y == rect.endY - 2 { isNegativeOpen = true }
            return
        }
        isNegativeOpen = place.isNegative
        var editor = editor
        editor.moveCursor(to: place.index)
        if isDouble { editor.selectWord() }
        self.editor = editor
        drag = .selection
    }

    private mutating func scroll(_ pane: PaneKind, by step: Int) -> [StudioAction] {
        switch pane {
        case .drafts: return moveDraft(by: step)
        case .queue: queue.move(by: step)
        case .presets: presets.move(by: step)
        case .log: log.move(by: step * 3)
        case .params: paramsPane.move(by: step, in: self)
        case .prompt:
            var editor = editor
            _ = editor.moveVertically(by: step, width: promptColumns)
            self.editor = editor
        case .preview where sheet != nil: moveInSheet(by: step)
        case .preview where features != nil: moveFeatureBlock(by: step)
        case .preview: preview.step(by: step, now: now)
        case .steps: break
        }
        return []
    }

    /// Selects the row under a cell of a pane's inside.
    private mutating func select(_ pane: PaneKind, x: Int, y: Int, rect: Rect) -> [StudioAction] {
        let (width, height) = (rect.width - 2, rect.height - 2)
        switch pane {
        case .params:
            if let field = ParamsPane.field(x: x, y: y, width: width, height: height, state: self) {
                paramsPane.select(field)
            }
        case .preview where sheet != nil:
            let item = ContactSheetView.item(x: x, y: y, width: width, height: height - 1, state: self)
            guard let id = item.flatMap({ sheetItems[$0].draft }), drafts.draft(id) != nil else {
                return []
            }
            drafts.select(id)
        case .drafts:
            if let id = DraftsPane.draft(x: x, y: y, width: width, height: height, state: self),
                let draft = drafts.draft(id)
            {
                drafts.select(id)
                return show(draft)
            }
        case .queue:
            if let job = QueuePane.job(atRow: y, height: height, self) { queue.select(job) }
        case .presets:
            if let name = PresetsPane.preset(atRow: y, height: height, self) { presets.select(named: name) }
        case .log: log.select(row: y, height: height, columns: width)
        case .preview, .prompt, .steps: break
        }
        return []
    }

    /// What can be done with what is under the pointer.
    private mutating func showActions(_ event: MouseEvent) -> [StudioAction] {
        guard let (pane, rect) = pane(at: event) else { return [] }
        focus(on: pane)
        let actions = select(pane, x: event.x - rect.x - 1, y: event.y - rect.y - 1, rect: rect)
        overlays.append(.palette(PaletteOverlay(self, pane: pane)))
        return actions
    }

    private mutating func pressTab(x: Int) -> [StudioAction] {
        if let pane = TitleRow.pane(atColumn: x, state: self) { focus(on: pane) }
        return []
    }

    /// The part of the clip under the pointer, if it is on the position bar.
    private func positionBarPart(_ event: MouseEvent, in rect: Rect) -> Double? {
        let bar = PreviewPane.positionBar(in: rect, state: self)
        guard bar.width > 2, event.y == bar.y, event.x > bar.x, event.x < bar.endX - 1 else { return nil }
        return Double(event.x - bar.x - 1) / Double(bar.width - 2)
    }
}
