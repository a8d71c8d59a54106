package import TerminalKit

/// Where everything stands on a screen of a given size.
package struct Layout: Sendable, Equatable {
    package enum SizeClass: String, Sendable, Codable {
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

    /// A border between panes that can be moved.
    package enum Border: Sendable, Equatable {
        /// Right of the writing.
        case left
        /// Left of the lists on a large screen.
        case right
        /// Above the lower panes.
        case lower
    }

    /// How far borders were moved from where they stand by themselves: columns to the right, rows down.
    package struct Shifts: Sendable, Equatable, Codable {
        package var left = 0
        package var right = 0
        package var lower = 0

        package init() {}

        package subscript(_ border: Border) -> Int {
            get {
                switch border {
                case .left: left
                case .right: right
                case .lower: lower
                }
            }
            set {
                switch border {
                case .left: left = newValue
                case .right: right = newValue
                case .lower: lower = newValue
                }
            }
        }
    }

    package let sizeClass: SizeClass
    private let shifts: Shifts
    private let arrangement: Arrangement
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
    ///   - shifts: borders that were moved, by the class of the size.
    package init(
        width: Int, height: Int, arrangement: Arrangement = .all, shared: PaneKind = .steps,
        focus: PaneKind = .prompt, isPictureFull: Bool = false, shifts: [SizeClass: Shifts] = [:]
    ) {
        let sizeClass = Self.sizeClass(width: width, height: height)
        self.sizeClass = sizeClass
        self.shifts = shifts[sizeClass] ?? Shifts()
        self.arrangement = arrangement
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

    /// Panes in reading order, as Tab goes through them: column by column, what spans the screen after all above it.
    package var order: [PaneKind] {
        guard sizeClass != .single else { return PaneKind.allCases }
        let wide = panes.values.filter { $0.width == titleRow.width }.map(\.y)
        func place(_ rect: Rect) -> (Int, Int, Int) { (wide.count { $0 <= rect.y }, rect.x, rect.y) }
        return panes.sorted { place($0.value) < place($1.value) }.map(\.key)
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
        let (upper, bottom) = body.splitBottom(clamped(6 + spare / 2 - shifts.lower, 4, body.height - 13))
        panes[lower] = bottom
        switch arrangement {
        case .largePicture: panes[.preview] = upper
        case .largeWriting: placeWriting(upper, side: true, promptRows: 0)
        case .all:
            let (left, right) = upper.splitLeft(
                clamped(38 + (body.width - 80) / 4 + shifts.left, 30, body.width - 24))
            placeWriting(left, side: false, promptRows: left.height - 7)
            panes[.preview] = right
        }
    }

    private mutating func placeMedium(_ body: Rect, _ arrangement: Arrangement, shared: PaneKind) {
        let spare = body.height - 38
        let (upper, strip) = body.splitBottom(spare >= 0 ? 6 : 5)
        panes[.drafts] = strip
        let lower = Self.sharesPlace(shared, in: .medium) ? shared : .queue
        let stepsRows = clamped((spare >= 0 ? 9 : 7) - shifts.lower, 4, upper.height - 8)
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
        let (left, right) = upper.splitLeft(clamped(44 + (body.width - 120) / 8 + shifts.left, 30, body.width - 40))
        let paramsRows = spare >= 0 ? 15 : 11
        let listRows = max(upper.height * 7 / 32, 5)
        let (writing, list) = left.splitBottom(listRows)
        placeWriting(writing, side: false, promptRows: writing.height - paramsRows)
        panes[lower] = list
        let (picture, steps) = right.splitBottom(clamped(stepsRows + max(spare, 0) / 6, 4, right.height - 8))
        panes[.preview] = picture
        panes[.steps] = steps
    }

    private mutating func placeLarge(_ body: Rect, _ arrangement: Arrangement) {
        let standard = 48 + (body.width - 200) / 10
        let side = clamped(standard + shifts.left, 32, body.width / 2 - 20)
        let listSide = clamped(standard - shifts.right, 32, body.width / 2 - 20)
        let upperRows = clamped(body.height * 35 / 58 + shifts.lower, 12, body.height - 8)
        if arrangement == .largePicture {
            let (picture, right) = body.splitRight(listSide)
            let (upper, steps) = picture.splitBottom(11)
            panes[.preview] = upper
            panes[.steps] = steps
            place(.drafts, .queue, right.splitTop(upperRows))
            return
        }
        let (left, rest) = body.splitLeft(side)
        let (middle, right) = rest.splitRight(listSide)
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

    private func clamped(_ value: Int, _ least: Int, _ most: Int) -> Int { max(min(value, most), least) }

    // MARK: Borders

    /// The border under a cell; nil where none is, or none that moves in this arrangement.
    package func border(atX x: Int, y: Int) -> Border? {
        guard arrangement == .all, sizeClass != .single else { return nil }
        let places = Array(panes.values)
        for rect in places where x == rect.x && y >= rect.y && y < rect.endY {
            let hasLeft = places.contains { $0.endX == rect.x && y >= $0.y && y < $0.endY }
            if hasLeft { return rect == panes[.drafts] || rect == panes[.queue] ? rightBorder : .left }
        }
        for rect in places where x == rect.endX - 1 && y >= rect.y && y < rect.endY {
            guard let right = places.first(where: { $0.x == rect.endX && y >= $0.y && y < $0.endY }) else { continue }
            return right == panes[.drafts] || right == panes[.queue] ? rightBorder : .left
        }
        let lower: PaneKind? =
            switch sizeClass {
            case .small: panes.keys.first { Self.sharesPlace($0, in: .small) }
            case .medium, .large: .steps
            case .single, .tooSmall: nil
            }
        let tops = [lower, sizeClass == .large ? .queue : nil].compactMap { $0.flatMap { panes[$0] } }
        return tops.contains { $0.y == y && x >= $0.x && x < $0.endX } ? .lower : nil
    }

    private var rightBorder: Border { sizeClass == .large ? .right : .left }

    /// The shifts after a border was moved; where it can go no further they stay.
    package func shifted(_ border: Border, by step: Int, in size: (width: Int, height: Int)) -> Shifts {
        guard arrangement == .all, panes.count > 1 else { return shifts }
        var moved = shifts
        moved[border] += step
        let after = Layout(
            width: size.width, height: size.height, arrangement: arrangement,
            shared: panes.keys.first { Self.sharesPlace($0, in: sizeClass) } ?? .steps, shifts: [sizeClass: moved])
        return after.panes == panes ? shifts : moved
    }
}
