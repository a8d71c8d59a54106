package import TerminalKit

/// Where everything stands on a screen of a given size.
package struct Layout: Sendable, Equatable {
    package enum SizeClass: Sendable {
        /// 180x50 and up: three columns.
        case large
        /// 100x30 and up: two columns and a strip of drafts.
        case medium
        /// 80x24 and up: two columns above one shared pane.
        case small
        /// 60x16 and up: one pane at a time.
        case single
        /// Below: one line of text.
        case tooSmall
    }

    /// What F7 cycles through.
    package enum Arrangement: Int, CaseIterable, Sendable {
        case all
        case largePicture
        case largeWriting

        package var title: String {
            switch self {
            case .all: "all panes"
            case .largePicture: "large picture"
            case .largeWriting: "large prompt"
            }
        }
    }

    package let sizeClass: SizeClass
    /// Panes on the screen, borders included.
    package private(set) var panes: [PaneKind: Rect] = [:]
    package let titleRow: Rect
    /// Its own row in the small layouts; in the others the right end of the key row.
    package let messageRow: Rect?
    package let keyRow: Rect

    /// - Parameters:
    ///   - width: Columns of the screen.
    ///   - height: Its rows.
    ///   - arrangement: Which panes have the room.
    ///   - shared: the pane in the place that several share: Steps to Log in the small layout, Queue, Presets or Log
    ///     in the middle one.
    ///   - focus: the pane shown where there is room for one.
    ///   - isPictureFull: whether the preview has the whole body.
    package init(
        width: Int, height: Int, arrangement: Arrangement = .all, shared: PaneKind = .steps,
        focus: PaneKind = .prompt, isPictureFull: Bool = false
    ) {
        sizeClass = Self.sizeClass(width: width, height: height)
        titleRow = Rect(x: 0, y: 0, width: width, height: 1)
        keyRow = Rect(x: 0, y: height - 1, width: width, height: 1)
        let hasMessageRow = sizeClass == .small || sizeClass == .single
        messageRow = hasMessageRow ? Rect(x: 0, y: height - 2, width: width, height: 1) : nil
        let body = Rect(x: 0, y: 1, width: width, height: height - (hasMessageRow ? 3 : 2))
        guard sizeClass != .tooSmall else { return }
        if isPictureFull {
            panes = [.preview: body]
            return
        }
        switch sizeClass {
        case .single: panes = [focus: body]
        case .small: placeSmall(body, arrangement, shared: shared)
        case .medium: placeMedium(body, arrangement, shared: shared)
        case .large: placeLarge(body, arrangement)
        case .tooSmall: break
        }
    }

    package static func sizeClass(width: Int, height: Int) -> SizeClass {
        if width < 60 || height < 16 { return .tooSmall }
        if width < 80 || height < 24 { return .single }
        if width < 100 || height < 30 { return .small }
        if width < 180 || height < 50 { return .medium }
        return .large
    }

    /// Panes in reading order, as Tab goes through them.
    package var order: [PaneKind] {
        sizeClass == .single
            ? PaneKind.allCases
            : panes.sorted { ($0.value.x, $0.value.y) < ($1.value.x, $1.value.y) }.map(\.key)
    }

    /// Where a pane that several share a place with is shown by bringing it to the front.
    package static func sharesPlace(_ pane: PaneKind, in sizeClass: SizeClass) -> Bool {
        switch sizeClass {
        case .small: pane.rawValue >= PaneKind.steps.rawValue
        case .medium: [.queue, .presets, .log].contains(pane)
        case .large, .single, .tooSmall: false
        }
    }

    private mutating func placeSmall(_ body: Rect, _ arrangement: Arrangement, shared: PaneKind) {
        let spare = body.height - 21
        let lower = Self.sharesPlace(shared, in: .small) ? shared : .steps
        let (upper, bottom) = body.splitBottom(6 + spare / 2)
        panes[lower] = bottom
        switch arrangement {
        case .largePicture: panes[.preview] = upper
        case .largeWriting: placeWriting(upper, side: true, promptRows: 0)
        case .all:
            let (left, right) = upper.splitLeft(38 + (body.width - 80) / 4)
            placeWriting(left, side: false, promptRows: left.height - 7)
            panes[.preview] = right
        }
    }

    private mutating func placeMedium(_ body: Rect, _ arrangement: Arrangement, shared: PaneKind) {
        let spare = body.height - 38
        let (upper, strip) = body.splitBottom(spare >= 0 ? 6 : 5)
        panes[.drafts] = strip
        let lower = Self.sharesPlace(shared, in: .medium) ? shared : .queue
        let stepsRows = spare >= 0 ? 9 : 7
        if arrangement == .largePicture {
            let (picture, steps) = upper.splitBottom(stepsRows)
            panes[.preview] = picture
            panes[.steps] = steps
            return
        }
        if arrangement == .largeWriting {
            let (writing, lists) = upper.splitBottom(stepsRows)
            placeWriting(writing, side: true, promptRows: 0)
            let (left, right) = lists.splitLeft(lists.width / 2)
            panes[lower] = left
            panes[.steps] = right
            return
        }
        let (left, right) = upper.splitLeft(44 + (body.width - 120) / 8)
        let paramsRows = spare >= 0 ? 15 : 11
        let listRows = max(upper.height * 7 / 32, 5)
        let (writing, list) = left.splitBottom(listRows)
        placeWriting(writing, side: false, promptRows: writing.height - paramsRows)
        panes[lower] = list
        let (picture, steps) = right.splitBottom(stepsRows + max(spare, 0) / 6)
        panes[.preview] = picture
        panes[.steps] = steps
    }

    private mutating func placeLarge(_ body: Rect, _ arrangement: Arrangement) {
        let side = 48 + (body.width - 200) / 10
        let upperRows = body.height * 35 / 58
        if arrangement == .largePicture {
            let (picture, right) = body.splitRight(side)
            let (upper, steps) = picture.splitBottom(11)
            panes[.preview] = upper
            panes[.steps] = steps
            place(.drafts, .queue, right.splitTop(upperRows))
            return
        }
        let (left, rest) = body.splitLeft(side)
        let (middle, right) = rest.splitRight(side)
        let promptRows = max(body.height * 15 / 58, 8)
        let (prompt, belowPrompt) = left.splitTop(promptRows)
        let (params, lists) = belowPrompt.splitTop(18)
        panes[.prompt] = prompt
        panes[.params] = params
        let (presets, log) = lists.splitTop(lists.height * 13 / 25)
        panes[.presets] = presets
        panes[.log] = log
        if arrangement == .largeWriting {
            let (writing, belowWriting) = body.splitLeft(side + middle.width).left.splitTop(upperRows)
            placeWriting(writing, side: true, promptRows: 0)
            let (belowLeft, belowRight) = belowWriting.splitLeft(side)
            place(.presets, .log, belowLeft.splitTop(belowLeft.height / 2))
            panes[.steps] = belowRight
        } else {
            place(.preview, .steps, middle.splitTop(upperRows))
        }
        place(.drafts, .queue, right.splitTop(upperRows))
    }

    /// Prompt and form: side by side, or the prompt above.
    private mutating func placeWriting(_ area: Rect, side: Bool, promptRows: Int) {
        if side {
            place(.prompt, .params, area.splitLeft(max(area.width - 46, area.width / 2)))
        } else {
            place(.prompt, .params, area.splitTop(promptRows))
        }
    }

    private mutating func place(_ first: PaneKind, _ second: PaneKind, _ parts: (Rect, Rect)) {
        panes[first] = parts.0
        panes[second] = parts.1
    }
}
