import Generation
import StudioCore
import TerminalKit
import VideoIO

/// The contact sheet inside the preview pane. It is drawn with text cells, so that labels stand between the pictures
/// whatever the terminal shows pictures with.
enum ContactSheetView {
    /// Rows that a column takes for a picture of this shape, in cells twice as high as wide.
    private static func rowsPerColumn(_ state: StudioState) -> Double {
        let size = state.selectedDraft?.recipe.lr.size ?? state.form.values.lr.size
        return Double(size.height) / Double(max(size.width, 1)) / 2
    }

    static func layout(width: Int, height: Int, state: StudioState) -> SheetLayout {
        SheetLayout(
            count: state.sheetItems.count, width: width, height: height, rowsPerColumn: rowsPerColumn(state),
            rowLength: state.sheetRowLength ?? 1)
    }

    /// The place under a cell of the picture's area; its number in the sheet.
    static func item(x: Int, y: Int, width: Int, height: Int, state: StudioState) -> Int? {
        let layout = layout(width: width, height: height, state: state)
        let first = page(state, layout) * layout.perPage
        let number = (0..<layout.perPage).first { layout.tile($0).contains(x: x, y: y) }
        return number.flatMap { state.sheetItems.indices.contains(first + $0) ? first + $0 : nil }
    }

    static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let layout = layout(width: canvas.width, height: canvas.height, state: state)
        let first = page(state, layout) * layout.perPage
        for (number, item) in state.sheetItems.dropFirst(first).prefix(layout.perPage).enumerated() {
            canvas.within(layout.tile(number)) { draw(item, state, on: &$0) }
        }
    }

    static func status(_ state: StudioState, width: Int, height: Int) -> String {
        let layout = layout(width: width, height: height, state: state)
        let page = layout.pageCount > 1 ? "page \(page(state, layout) + 1)/\(layout.pageCount)  " : ""
        return page + "arrows choose  Enter opens  V picture"
    }

    private static func page(_ state: StudioState, _ layout: SheetLayout) -> Int {
        let selected = state.sheetItems.firstIndex { $0.draft != nil && $0.draft == state.selectedDraft?.id } ?? 0
        return selected / layout.perPage
    }

    private static func draw(_ item: ContactSheet.Item, _ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let (picture, below) = canvas.bounds.splitBottom(1)
        let clip = item.draft.flatMap { state.sheet?.clips[$0] }
        if let clip, let sheet = state.sheet, !clip.frames.isEmpty {
            let frame = clip.frames[sheet.frameIndex(of: clip)]
            let rect = PictureLayout.fit(
                width: frame.width, height: frame.height, in: picture, cell: CellPixels(width: 1, height: 2))
            CellPicture.draw(
                frame.pixelFrame, on: &canvas, in: rect, depth: look.depth, isASCII: look.isASCII, style: look.text)
        } else {
            let text = stateText(item, state)
            canvas.write(
                text, x: max((picture.width - text.count) / 2, 0), y: picture.height / 2, style: look.dim)
        }
        let isSelected = item.draft != nil && item.draft == state.selectedDraft?.id
        let number = item.draft.map { "\($0) " } ?? ""
        let style = isSelected ? look.selection : look.text
        if isSelected { canvas.fill(below, style: style) }
        canvas.writeFitted(
            (isSelected ? look.marker : " ") + number + item.label, x: 0, y: below.y, columns: canvas.width,
            style: style)
    }

    /// What stands for a picture that is not there yet.
    private static func stateText(_ item: ContactSheet.Item, _ state: StudioState) -> String {
        guard let job = state.queue.jobs.first(where: { $0.id == item.draft }) else {
            return item.draft.flatMap { state.drafts.draft($0) } != nil ? "reading" : "waits"
        }
        switch job.state {
        case .waiting: return "waits"
        case .running:
            let run = state.run.flatMap { $0.id == job.id ? $0 : nil }
            return run.map { "\(Int(($0.progress(now: state.now) * 100).rounded()))%" } ?? "runs"
        case .stopping: return "stopping"
        case .stopped: return "stopped"
        case .failed: return "failed"
        case .done: return "reading"
        }
    }
}
