import TerminalKit

extension StudioState {
    /// A click focuses, selects and presses; the wheel scrolls what is under it without moving the focus.
    mutating func handleMouse(_ event: MouseEvent) -> [StudioAction] {
        let layout = layout
        guard let (pane, rect) = layout.panes.first(where: { $0.value.contains(x: event.x, y: event.y) }) else {
            if event.kind == .press, event.y == 0 { return pressTab(x: event.x) }
            return []
        }
        switch event.kind {
        case .wheelUp, .wheelDown: return scroll(pane, by: event.kind == .wheelUp ? -1 : 1)
        case .press where event.button == .left:
            if pane == .preview, sheet == nil, let part = positionBarPart(event, in: rect) {
                preview.seek(part, now: now)
                return []
            }
            focus(on: pane)
            return press(pane, x: event.x - rect.x - 1, y: event.y - rect.y - 1, rect: rect)
        case .drag:
            if pane == .preview, sheet == nil, let part = positionBarPart(event, in: rect) {
                preview.seek(part, now: now)
            }
            return []
        default: return []
        }
    }

    private mutating func scroll(_ pane: PaneKind, by step: Int) -> [StudioAction] {
        switch pane {
        case .drafts: return moveDraft(by: step)
        case .queue: queue.move(by: step)
        case .presets: presets.move(by: step)
        case .log: log.move(by: step * 3)
        case .preview where sheet != nil: moveInSheet(by: step)
        case .preview: preview.step(by: step, now: now)
        case .prompt, .params, .steps: break
        }
        return []
    }

    private mutating func press(_ pane: PaneKind, x: Int, y: Int, rect: Rect) -> [StudioAction] {
        switch pane {
        case .prompt where !isNegativeOpen:
            let width = max(rect.width - 4, 2)
            let layout = TextLayout(prompt.characters, width: width)
            let top = PromptPane.top(of: layout, cursor: prompt.cursor, rows: rect.height - 3)
            prompt.moveCursor(to: layout.index(row: top + y, column: max(x - 1, 0)))
        case .params:
            if let field = ParamsPane.field(x: x, y: y, width: rect.width - 2, height: rect.height - 2, state: self) {
                paramsPane.select(field)
            }
        case .preview where sheet != nil:
            let item = ContactSheetView.item(
                x: x, y: y, width: rect.width - 2, height: rect.height - 3, state: self)
            guard let id = item.flatMap({ sheetItems[$0].draft }), drafts.all.contains(where: { $0.id == id }) else {
                return []
            }
            // The second click opens, as Enter does.
            if selectedDraft?.id == id { return openFromSheet() }
            drafts.select(id)
        case .drafts:
            if let id = DraftsPane.draft(x: x, y: y, width: rect.width - 2, height: rect.height - 2, state: self),
                let draft = drafts.all.first(where: { $0.id == id })
            {
                drafts.select(id)
                return show(draft)
            }
        default: break
        }
        return []
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
