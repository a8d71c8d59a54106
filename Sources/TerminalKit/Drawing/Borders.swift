/// What borders are made of.
package enum BorderKind: String, Sendable, CaseIterable {
    case unicode
    case ascii
    case none
}

/// The frame of a pane.
package struct PaneFrame: Sendable {
    package var title: String
    /// Facts on the right end of the title row.
    package var detail: String
    package var isFocused: Bool
    package var border: Style
    package var titleStyle: Style
    package var detailStyle: Style

    package init(
        title: String, detail: String = "", isFocused: Bool = false,
        border: Style = .plain, titleStyle: Style = .plain, detailStyle: Style = .plain
    ) {
        self.title = title
        self.detail = detail
        self.isFocused = isFocused
        self.border = border
        self.titleStyle = titleStyle
        self.detailStyle = detailStyle
    }
}

/// The six pieces of a border.
private struct BorderPieces {
    let horizontal: Character
    let vertical: Character
    let corners: (topLeft: Character, topRight: Character, bottomLeft: Character, bottomRight: Character)

    init(_ kind: BorderKind, isFocused: Bool) {
        switch (kind, isFocused) {
        case (.unicode, false): (horizontal, vertical, corners) = ("─", "│", ("┌", "┐", "└", "┘"))
        case (.unicode, true): (horizontal, vertical, corners) = ("━", "┃", ("┏", "┓", "┗", "┛"))
        case (.ascii, false): (horizontal, vertical, corners) = ("-", "|", ("+", "+", "+", "+"))
        case (.ascii, true): (horizontal, vertical, corners) = ("=", "|", ("+", "+", "+", "+"))
        case (.none, _): (horizontal, vertical, corners) = (" ", " ", (" ", " ", " ", " "))
        }
    }
}

extension Canvas {
    /// Draws a border with title and facts around `rect` and returns what is left inside, one cell smaller on each
    /// side with every kind of border. A focused frame has a heavy (ASCII: double) rule and a bold title, so that
    /// focus shows without colour; with no borders it also has a `>` before the title.
    @discardableResult
    package mutating func frame(_ rect: Rect, _ frame: PaneFrame) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else { return rect.inset() }
        let pieces = BorderPieces(borders, isFocused: frame.isFocused)
        let (last, bottom) = (rect.endX - 1, rect.endY - 1)
        let style = frame.border
        fill(Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: 1), with: pieces.horizontal, style: style)
        fill(Rect(x: rect.x + 1, y: bottom, width: rect.width - 2, height: 1), with: pieces.horizontal, style: style)
        fill(Rect(x: rect.x, y: rect.y + 1, width: 1, height: rect.height - 2), with: pieces.vertical, style: style)
        fill(Rect(x: last, y: rect.y + 1, width: 1, height: rect.height - 2), with: pieces.vertical, style: style)
        fill(Rect(x: rect.x, y: rect.y, width: 1, height: 1), with: pieces.corners.topLeft, style: style)
        fill(Rect(x: last, y: rect.y, width: 1, height: 1), with: pieces.corners.topRight, style: style)
        fill(Rect(x: rect.x, y: bottom, width: 1, height: 1), with: pieces.corners.bottomLeft, style: style)
        fill(Rect(x: last, y: bottom, width: 1, height: 1), with: pieces.corners.bottomRight, style: style)
        writeTitles(of: frame, rect)
        return rect.inset()
    }

    /// The title keeps its place; the facts give way when both do not fit.
    private mutating func writeTitles(of frame: PaneFrame, _ rect: Rect) {
        let room = rect.width - 6
        guard room > 0 else { return }
        let marker = borders == .none && frame.isFocused ? ">" : ""
        let title = frame.title.isEmpty ? "" : TextWidth.cut(marker + frame.title, to: room, mark: cutMark)
        var titleEnd = rect.x + 2
        if !title.isEmpty {
            let style = frame.isFocused ? frame.titleStyle.bold : frame.titleStyle
            titleEnd = write(" " + title + " ", x: rect.x + 2, y: rect.y, style: style)
        }
        let detailRoom = rect.endX - 2 - titleEnd - 3
        guard !frame.detail.isEmpty, detailRoom >= 4 else { return }
        let detail = " " + TextWidth.cut(frame.detail, to: detailRoom, mark: cutMark) + " "
        write(detail, x: rect.endX - 2 - TextWidth.width(of: detail), y: rect.y, style: frame.detailStyle)
    }
}
