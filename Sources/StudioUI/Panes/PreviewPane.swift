import Foundation
import Generation
package import TerminalKit

/// The picture, with frame number, time and position below.
package enum PreviewPane: Pane {
    package static let kind = PaneKind.preview

    package static func subtitle(_ state: StudioState) -> String {
        if state.sheet != nil { return "\(state.sheetItems.count) draft\(state.sheetItems.count == 1 ? "" : "s")" }
        let preview = state.preview
        guard let clip = preview.shownClip, !state.isTourAskedFor else { return "" }
        let text = name(of: clip, state)
        guard preview.isComparing else { return text }
        if preview.showsDifference, let reference = preview.reference {
            return "\(text) minus \(name(of: reference, state))"
        }
        if preview.comparesSideBySide, let reference = preview.reference {
            return "[A] \(name(of: reference, state))  [B] \(text)"
        }
        return text + (preview.showsReference ? "  [A]" : "  [B]")
    }

    private static func name(of clip: ShownClip, _ state: StudioState) -> String {
        switch clip.source {
        case .draft(let id): "draft \(id)"
        case .commit(let id): "commit \(id)"
        case .estimate(let job, let step):
            estimateName("\(name(of: job, state)), step \(step)", match: state.matchText(job: job), state)
        case .sharper(let job, let step, let isFull):
            "\(name(of: job, state)), step \(step), decoded\(isFull ? " at full size" : "")"
        case .features(let draft, let block): featuresName(draft: draft, block: block, state)
        case .decoded(let job): name(of: job, state)
        }
    }

    /// Without the match, which stands with the steps too, where there is no room for it.
    private static func estimateName(_ name: String, match: String, _ state: StudioState) -> String {
        let room = (state.layout.panes[.preview]?.width ?? 0) - kind.title.count - 9
        return match.isEmpty || name.count + 2 + match.count > room ? name : "\(name), \(match)"
    }

    /// `features of draft 14, block 7 of 0 7 14 21`.
    private static func featuresName(draft: Int, block: Int, _ state: StudioState) -> String {
        let view = state.features.flatMap { $0.draft == draft ? $0 : nil }
        let note = view?.picture?.note.map { " (\($0))" } ?? ""
        guard (state.layout.panes[.preview]?.width ?? 0) >= 66 else {
            return "features \(draft), block \(block)\(note)"
        }
        let blocks = view?.pictures.map { $0.map { String($0.block) }.joined(separator: " ") } ?? ""
        return "features of draft \(draft), block \(block) of \(blocks)\(note)"
    }

    private static func name(of job: Int, _ state: StudioState) -> String {
        let kind = state.run.flatMap { $0.id == job ? $0.kind.rawValue : nil } ?? "job"
        return "\(kind) \(job)"
    }

    package static func detail(_ state: StudioState, width: Int) -> String {
        if state.sheet != nil { return width < 50 ? "" : "contact sheet" }
        let rate = state.preview.achievedRate.map { "\(Int($0.rounded())) fps" } ?? ""
        let name = state.preview.graphicsName
        let short = String(name.prefix { $0 != "-" && $0 != " " })
        // What stands beside the pane's name and the name of what is shown; the first that fits whole.
        let room = width - 9 - (kind.title.count + 3 + subtitle(state).count)
        let texts = ["\(name)  \(rate)", "\(short) \(rate)", rate].map { $0.trimmingCharacters(in: .whitespaces) }
        return texts.first { $0.count <= room } ?? ""
    }

    /// Where the picture is drawn, for a pane of `rect` with its frame: all but the row below it.
    package static func picture(in rect: Rect) -> Rect {
        rect.inset().splitBottom(1).rest
    }

    /// Where the position bar is drawn, in the coordinates of `rect`.
    static func positionBar(in rect: Rect, state: StudioState) -> Rect {
        let inside = rect.inset()
        let start = min(status(state).count + 3, inside.width)
        return Rect(x: inside.x + start, y: inside.endY - 1, width: inside.width - start - 1, height: 1)
    }

    package static func draw(_ state: StudioState, on canvas: inout Canvas) {
        let (picture, below) = canvas.bounds.splitBottom(1)
        if state.sheet != nil {
            canvas.within(picture) { ContactSheetView.draw(state, on: &$0) }
            let status = ContactSheetView.status(state, width: picture.width, height: picture.height)
            canvas.writeFitted(status, x: 1, y: below.y, columns: canvas.width - 2, style: state.look.dim)
        } else if state.preview.shownClip == nil || state.isTourAskedFor {
            drawEmpty(state, in: picture, on: &canvas)
        } else {
            // Non-blank cells keep ncurses from clearing to the end of a line over the picture.
            canvas.fill(picture, with: "\u{A0}", style: state.look.text)
            canvas.within(below) { drawStatus(state, on: &$0) }
        }
    }

    private static func status(_ state: StudioState) -> String {
        let preview = state.preview
        guard let clip = preview.shownClip else { return "" }
        let sign = preview.isPlaying ? state.look.playSign : state.look.pauseSign
        let speed = preview.speed == 1 ? "" : " x\(Format.short(preview.speed))"
        let count = clip.frames.count
        let digits = String(count).count
        let number = String(preview.shownIndex + 1)
        let padded = String(repeating: " ", count: max(digits - number.count, 0)) + number
        let time = Format.clipTime(Double(preview.shownIndex) / max(clip.fps, 0.01))
        return "\(sign) \(padded)/\(count)  \(time)/\(Format.clipTime(clip.seconds))\(speed)"
    }

    private static func drawStatus(_ state: StudioState, on canvas: inout Canvas) {
        let look = state.look
        let text = status(state)
        canvas.write(text, x: 1, y: 0, style: look.text)
        let start = text.count + 3
        let count = state.preview.shownClip?.frames.count ?? 1
        let part = Double(state.preview.shownIndex + 1) / Double(max(count, 1))
        canvas.bar(x: start, y: 0, columns: canvas.width - start - 1, part: part, look: look)
    }

    private static func emptyText(_ state: StudioState) -> String {
        guard let run = state.run, run.isRunning else { return "No draft is selected." }
        guard !run.steps.isEmpty, !run.hasEstimates else { return "The first estimate comes soon." }
        return "The first picture comes near the end. The next drafts show one at every step."
    }

    /// Five lines for the first run, and when asked for; later one.
    private static func drawEmpty(_ state: StudioState, in rect: Rect, on canvas: inout Canvas) {
        let look = state.look
        guard state.showsTour else {
            let lines = TextWrap.lines(emptyText(state), columns: min(rect.width - 2, 40))
            for (row, line) in lines.enumerated() {
                let y = (rect.height - lines.count) / 2 + row
                canvas.write(line, x: max((rect.width - line.count) / 2, 0), y: y, style: look.dim)
            }
            return
        }
        func key(_ command: Command) -> String { state.keyName(command, in: .prompt) }
        let (older, newer) = (state.keyName(.previousDraft, in: kind), state.keyName(.nextDraft, in: kind))
        let lines: [(String, String)] = [
            ("", "Type a prompt on the left."),
            (key(.draft), "makes a draft, played here."),
            ("Esc \(older) \(newer)", "older and newer drafts."),
            (key(.commit).replacing("^", with: "Ctrl-"), "makes the draft a 2K clip."),
            (key(.help), "shows all keys."),
        ]
        let left = max((rect.width - 36) / 2, 1)
        let top = max((rect.height - lines.count) / 2, 0)
        for (row, line) in lines.enumerated() {
            canvas.write(line.0, x: left, y: top + row, style: look.key.bold)
            let x = line.0.isEmpty ? left : left + max(8, line.0.count + 1)
            canvas.write(
                TextWidth.cut(line.1, to: rect.width - x - 1, mark: canvas.cutMark), x: x, y: top + row,
                style: look.text)
        }
    }
}
