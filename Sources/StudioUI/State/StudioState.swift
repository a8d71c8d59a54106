package import Foundation
package import Generation
import StudioCore
package import TerminalKit

/// Everything the screen shows and every key changes: a value without I/O. Keys give ``StudioAction``s for the program
/// to carry out; their outcomes come back through the functions in `StudioState+Events.swift`.
package struct StudioState: Sendable {
    // MARK: Screen

    package var width: Int
    package var height: Int
    package var look: Look
    package var themeName: String
    package var focus = PaneKind.prompt
    /// The pane in front where several share a place.
    package var sharedPane: PaneKind
    package var arrangement = Layout.Arrangement.all
    package var isPictureFull = false
    /// Borders that were moved, by the class of the screen's size.
    package var shifts: [Layout.SizeClass: Layout.Shifts] = [:]
    /// What the mouse is dragging.
    var drag = MouseDrag.none
    var lastClick: MouseClick?
    var focusBeforePicture = PaneKind.prompt
    /// The last is on top and gets the keys.
    package var overlays: [Overlay] = []
    package var message: Message?
    package var facts = MachineFacts()
    package var bindings = KeyBindings()
    /// Whether the terminal is inside Zellij, which keeps some keys for itself.
    package var prefersFunctionKeys = false

    // MARK: Clocks

    /// Seconds on a clock that only goes forward.
    package var now = 0.0
    /// For times in the log and in names.
    package var date = Date(timeIntervalSince1970: 0)

    // MARK: Content

    package var prompt = TextEditor()
    package var negative = TextEditor()
    package var isNegativeOpen = false
    /// Ctrl-X was pressed in the prompt: the next key may complete a command.
    var isAfterControlX = false
    package var promptHistory = PromptHistory()
    /// How much of the prompt the model reads, once counted.
    package var tokens: PromptLength?
    package var form: ParametersForm
    package var paramsPane = ParamsPane()
    package var drafts = DraftList()
    /// Small pictures of drafts, by their numbers.
    package private(set) var thumbnails: [Int: PixelFrame] = [:]
    /// Small pictures that are kept; those out of view are read again when they come back.
    static let thumbnailLimit = 200
    package var queue = QueueList()
    package var presets = PresetList()
    package var log = LogList()
    package var preview = PreviewState()
    /// The small picture of the selected draft, which moves.
    package var movingThumbnail: (draft: Int, clip: ShownClip)?
    /// Frames a second of it that the line has room for.
    package var thumbnailRate = Self.thumbnailRate
    /// Takes the place of the picture while it is open.
    package var sheet: ContactSheet?
    /// The draft's features are shown in place of its clip.
    package var features: FeatureView?
    package var match: DraftMatch?
    /// The estimate shown last, in small.
    var estimateStrip: EstimateStrip?
    /// The sharper look that was asked for last.
    var askedLook: (job: Int, step: Int, look: SharperLook)?
    /// What the running job's previews took so far.
    var previewSeconds = 0.0
    /// Drafts that were asked for together, oldest first.
    package var batches: [Batch] = []
    /// The newest so many batches are known.
    static let batchLimit = 100
    /// The job that runs, or the last one.
    package var run: RunState?
    /// A job of the queue whose steps were asked for.
    var openedRun: RunState?
    package var draftEstimate: FormEstimate?
    /// As it was measured last.
    var trash: TrashContents?
    package var commitEstimate: FormEstimate?
    package var showsTour = true
    /// The tour lies over a picture, since somebody asked for it.
    package var isTourAskedFor = false
    /// Whether a commit was started already: Ctrl-T then goes without its dialog.
    package var hasCommitted = false
    /// Drafts moved to the trash since the start, the last one first to come back.
    var trashed: [Int] = []
    /// Nothing moves by itself.
    package var hasReducedMotion = false
    /// Whether the studio is used from another machine, where its desktop's programs do not show.
    package var isRemote = false
    /// Whether quitting stops a running job without asking.
    package var stopsOnQuit = false
    /// Whether quitting lets a running job go on without asking.
    package var keepsOnQuit = false
    /// Whether jobs go on without the studio.
    package var engineOutlives = false
    package var themeNames: [String] = []
    /// The user's home, which paths on the screen begin with `~` for; empty: none do.
    package var home = ""
    /// The model that was said to be unusable: once is enough.
    var refusedModel: String?
    package var seeds = SystemRandomNumberGenerator()

    package init(width: Int, height: Int, look: Look, form: ParametersForm, themeName: String = "terminal") {
        self.width = width
        self.height = height
        self.look = look
        self.form = form
        self.themeName = themeName
        sharedPane = Layout.sizeClass(width: width, height: height) == .medium ? .queue : .steps
    }

    package var layout: Layout {
        Layout(
            width: width, height: height, arrangement: arrangement, shared: sharedPane, focus: focus,
            isPictureFull: isPictureFull, shifts: shifts)
    }

    /// The job that runs now.
    package var runningJob: JobEntry? {
        queue.jobs.first { $0.state == .running || $0.state == .stopping }
    }

    package var selectedDraft: DraftEntry? { drafts.selected }

    /// The job that the steps pane shows.
    package var shownRun: RunState? { openedRun ?? run }

    /// Frames a second of the small picture that moves, at most.
    package static let thumbnailRate = 4.0

    /// The small picture of a draft; that of the selected one moves.
    func thumbnail(of draft: Int) -> PixelFrame? {
        guard let moving = movingThumbnail, moving.draft == draft, !moving.clip.frames.isEmpty, thumbnailRate > 0
        else { return thumbnails[draft] }
        let time = (now * thumbnailRate).rounded(.down) / thumbnailRate
        return moving.clip.frames[Int(time * moving.clip.fps) % moving.clip.frames.count].pixelFrame
    }

    package mutating func keepThumbnail(_ frame: PixelFrame, of draft: Int) {
        if thumbnails.count >= Self.thumbnailLimit {
            let inView = Set(DraftsPane.thumbnailDrafts(self).map(\.id))
            thumbnails = thumbnails.filter { inView.contains($0.key) }
        }
        thumbnails[draft] = frame
    }

    /// Whether letters go into a text at the moment.
    package var isTyping: Bool { focus == .prompt || filteredPane != nil }

    /// The pane whose filter is being typed.
    package var filteredPane: PaneKind? {
        switch focus {
        case .drafts where drafts.isFilterFocused: .drafts
        case .presets where presets.isFilterFocused: .presets
        default: nil
        }
    }

    // MARK: Keys

    /// Takes a key, and what follows from it.
    package mutating func handle(_ key: Key) -> [StudioAction] {
        let formBefore = form
        let promptBefore = prompt.characters
        if case .focus = key { return [] }
        if case .answer = key { return [] }
        if message?.until == nil { message = nil }
        var actions = route(key)
        if form != formBefore { actions.append(.estimate) }
        let isOtherText = prompt.characters != promptBefore || form.values.promptTail != formBefore.values.promptTail
        if isOtherText || form.values.model != formBefore.values.model { actions.append(.countTokens) }
        return actions
    }

    private mutating func route(_ key: Key) -> [StudioAction] {
        if !overlays.isEmpty { return handleOverlay(key) }
        if case .mouse(let event) = key { return handleMouse(event) }
        if let pane = filteredPane { return handleFilter(key, pane) }
        if focus == .prompt { return handlePrompt(key) }
        let command = bindings.command(for: key, in: [.pane(focus), .outsideText, .everywhere])
        if key == .escape { return leaveFilterOrPicture() }
        guard let command else { return [] }
        return perform(command)
    }

    /// Keys that mean the same wherever they are pressed.
    mutating func handleEverywhere(_ key: Key) -> [StudioAction] {
        guard let command = bindings.command(for: key, in: [.everywhere]) else { return [] }
        return perform(command)
    }

    private mutating func handleFilter(_ key: Key, _ pane: PaneKind) -> [StudioAction] {
        var editor = pane == .drafts ? drafts.filter : presets.filter
        var isFocused = true
        switch key {
        case .escape:
            editor.setText("")
            isFocused = false
        case .enter, .up, .down: isFocused = false
        default:
            if !editor.handle(key, bindings: bindings) { return handleEverywhere(key) }
        }
        if pane == .drafts {
            drafts.setFilter(editor, isFocused: isFocused)
        } else {
            presets.setFilter(editor, isFocused: isFocused)
        }
        return []
    }

    /// Esc never destroys: it clears a filter, else shrinks the picture, else stops a comparison.
    private mutating func leaveFilterOrPicture() -> [StudioAction] {
        if focus == .drafts, !drafts.filter.isEmpty {
            drafts.setFilter(TextEditor(isMultiline: false), isFocused: false)
        } else if focus == .presets, !presets.filter.isEmpty {
            presets.setFilter(TextEditor(isMultiline: false), isFocused: false)
        } else if isTourAskedFor {
            isTourAskedFor = false
        } else if focus == .steps, openedRun != nil {
            openedRun = nil
        } else if focus == .preview, sheet != nil {
            return toggleSheet()
        } else if focus == .preview, features != nil {
            return toggleFeatures()
        } else if isPictureFull {
            focus(on: focusBeforePicture)
        } else if preview.isComparing {
            preview.stopComparing(now: now)
        }
        return []
    }

    // MARK: Focus

    package mutating func focus(on pane: PaneKind) {
        isPictureFull = false
        let sizeClass = layout.sizeClass
        if Layout.sharesPlace(pane, in: sizeClass) { sharedPane = pane }
        if sizeClass != .single, layout.panes[pane] == nil { arrangement = .all }
        focus = pane
    }

    mutating func moveFocus(by step: Int) {
        let order = layout.order
        guard !order.isEmpty else { return }
        let index = order.firstIndex(of: focus) ?? 0
        focus(on: order[(index + step + order.count) % order.count])
    }

    /// A new size of the terminal: the focus moves only if its pane has gone.
    package mutating func resize(width: Int, height: Int) {
        self.width = width
        self.height = height
        let layout = layout
        preview.comparesSideBySide = (layout.panes[.preview]?.width ?? 0) >= 62
        if !Layout.sharesPlace(sharedPane, in: layout.sizeClass) {
            sharedPane = layout.sizeClass == .medium ? .queue : .steps
        }
        if layout.sizeClass != .single, layout.sizeClass != .tooSmall, self.layout.panes[focus] == nil {
            if Layout.sharesPlace(focus, in: layout.sizeClass) { sharedPane = focus } else { focus = .prompt }
        }
    }

    // MARK: Messages

    /// A path as people write it.
    func shownPath(_ file: URL) -> String {
        let path = file.path(percentEncoded: false)
        let short = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard home.count > 1, short == home || short.hasPrefix(home + "/") else { return short }
        return "~" + short.dropFirst(home.count)
    }

    /// Shows a sentence on the message line and in the log; errors stay until a key is pressed.
    package mutating func say(_ text: String, _ kind: MessageKind = .ok) {
        if kind != .detail {
            message = Message(text: text, kind: kind, until: kind == .error ? nil : now + 6)
        }
        log.append(LogLine(time: Self.clockTime(date), text: text, kind: kind))
    }

    /// Lets time pass for messages.
    ///
    /// - Returns: whether the screen changed.
    package mutating func expireMessage() -> Bool {
        guard let until = message?.until, now >= until else { return false }
        message = nil
        return true
    }

    /// The clock after so many seconds, with the day where that is far: `14:30`, `Tuesday 02:10`.
    static func clock(in seconds: Double, from date: Date) -> String {
        let end = date.addingTimeInterval(seconds)
        let clock = String(clockTime(end).prefix(5))
        guard seconds > 36_000 else { return clock }
        let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        return days[Calendar.current.component(.weekday, from: end) - 1] + " " + clock
    }

    static func clockTime(_ date: Date) -> String {
        let parts = Calendar.current.dateComponents([.hour, .minute, .second], from: date)
        return [parts.hour, parts.minute, parts.second].map { value in
            let value = value ?? 0
            return value < 10 ? "0\(value)" : String(value)
        }.joined(separator: ":")
    }
}
