import Generation
import StudioCore
import TerminalKit
import VideoIO

/// What the terminal shows: turns each state into the bytes of one update, text and picture, and paces the picture.
@MainActor
final class StudioDisplay {
    private let screen: Screen
    /// Frames a second at most, as the user wants it; nil: by the kind of picture.
    private var rateCap: Int?
    private let isRemote: Bool
    private var painter: PicturePainter
    private var pacer = Pacer(FrameRate(first: 12, most: 12))
    private var budget: PictureBudget
    /// Frames of a playing clip a second that reached the terminal, once known.
    private(set) var achievedRate: Double?
    /// Whether nothing may move: the terminal is not looked at, or a dialog is open.
    var isHeld = false
    private var hadOverlay = false
    /// Of the cells under the picture: another theme draws them, and so wipes it.
    private var shownStyle: Style?
    private var shownArea: Rect?
    private var shownFrame: FrameIdentity?
    /// The cells of the picture.
    private var shownRect: Rect?
    /// The clip that the text card is about.
    private var describedClip: (source: ShownClip.Source, words: String)?
    /// Bytes to send before the next update.
    private var pendingBytes: [UInt8] = []
    /// Whether a frame waits for the line.
    private(set) var hasPostponedFrame = false
    /// Frames of clips sent since the start.
    private(set) var sentFrameCount = 0
    /// When the last frames were sent, on the state's clock.
    private var sentFrames: [Double] = []

    /// Which frame is on the screen.
    private struct FrameIdentity: Hashable {
        /// All that makes a clip another one.
        struct Clip: Hashable {
            var source: ShownClip.Source
            var reference: ShownClip.Source?
            var showsDifference: Bool
            /// Decoded frames come bit by bit, and a sharper look is larger.
            var frameCount: Int
            var height: Int
        }

        var clip: Clip
        var index: Int

        init(_ clip: ShownClip, _ preview: PreviewState) {
            self.clip = Clip(
                source: clip.source, reference: preview.isComparing ? preview.reference?.source : nil,
                showsDifference: preview.showsDifference, frameCount: clip.frames.count,
                height: clip.frames.first?.height ?? 0)
            index = preview.frameIndex
        }

        var place: ClipPlace { ClipPlace(clip: clip.hashValue, index: index) }
    }

    init(_ screen: Screen, _ capabilities: TerminalCapabilities, rateCap: Int?, imageIDs: ImageIDs) {
        self.screen = screen
        self.rateCap = rateCap
        isRemote = capabilities.isRemote
        painter = PicturePainter(capabilities, imageIDs: imageIDs)
        budget = PictureBudget(capabilities.graphics, limit: FrameRate(first: 12, most: 12), isRemote: isRemote)
    }

    var capabilities: TerminalCapabilities { painter.capabilities }

    /// How pictures are drawn, for the pane's title.
    var graphicsName: String { painter.name }

    // MARK: The terminal

    /// Takes on what the terminal has told meanwhile.
    func adopt(_ new: TerminalCapabilities, background: Color) {
        guard new != painter.capabilities else { return }
        pendingBytes += painter.adopt(new, background: screen.shown(background))
        shownFrame = nil
        shownArea = nil
    }

    func resize(to size: TerminalSize, background: Color) {
        pendingBytes += painter.erase(background: screen.shown(background))
        screen.resize(to: size)
        forgetPicture()
    }

    /// Everything is to be drawn again.
    func repaint() {
        screen.invalidate()
        forgetPicture()
    }

    /// The terminal was given away and is ours again; it may be another one.
    func comeBack(size: TerminalSize) {
        pendingBytes = []
        screen.resize(to: size)
        forgetPicture()
    }

    /// Bytes that remove the picture.
    func erasePicture(background: Color) -> [UInt8] { painter.erase(background: screen.shown(background)) }

    /// What stands of the picture on the terminal is not known any more.
    func forgetPicture() {
        painter.forget()
        shownFrame = nil
        shownArea = nil
        pacer.reset()
    }

    /// Another wish for the most frames a second.
    func setRateCap(_ cap: Int?, _ frame: VideoFrame?) {
        guard cap != rateCap else { return }
        rateCap = cap
        beginPicture(frame)
    }

    // MARK: Pace

    /// The terminal has answered: everything before the question is on its screen.
    ///
    /// - Returns: whether there is something to draw for that: a frame that waited, or another size of the picture.
    func noteReady() -> Bool {
        guard let seconds = pacer.noteReady(now: .now) else { return hasPostponedFrame }
        guard budget.noteAnswer(seconds: seconds, rate: pacer.rate) else { return hasPostponedFrame }
        painter.scale = budget.scale
        return true
    }

    /// Whether the line has room for a frame.
    var mayMove: Bool { pacer.mayStart(now: .now) }

    /// How long until the line has room for a frame, in seconds; nil while pictures stand still.
    var secondsToNextFrame: Double? {
        pacer.nextStart(now: .now).map { ContinuousClock.now.duration(to: $0) / .seconds(1) }
    }

    /// Frames a second of the small picture that moves; 0: it stands still. Over ssh it moves once the line has room.
    var thumbnailRate: Double {
        let rate = FrameRate.ofThumbnail(isRemote: isRemote)
        return isRemote && pacer.hasRoom ? rate.most : rate.first
    }

    /// Another picture, place or way of drawing begins at full size and at the rate for it.
    private func beginPicture(_ frame: VideoFrame?) {
        painter.scale = 1
        guard let area = shownArea, let frame else { return }
        let rect = painter.rect(for: frame, in: area)
        let capabilities = painter.capabilities
        var rate = FrameRate.of(
            capabilities.graphics, rect: rect, pixelWidth: rect.width * capabilities.cell.width,
            pixelHeight: rect.height * capabilities.cell.height, isRemote: isRemote,
            sharesMemory: capabilities.kitty.sharesMemory)
        if let rateCap { rate = rate.capped(at: Double(rateCap)) }
        pacer.setLimit(rate)
        budget = PictureBudget(capabilities.graphics, limit: rate, isRemote: isRemote)
    }

    /// One frame is on its way; the next waits for the terminal's answer.
    ///
    /// - Returns: the question it answers.
    private func noteFrame(_ state: StudioState) -> [UInt8] {
        sentFrameCount += 1
        guard state.preview.isPlaying, painter.capabilities.graphics != .off else {
            sentFrames = []
            achievedRate = nil
            return []
        }
        sentFrames.append(state.now)
        sentFrames.removeAll { $0 < state.now - 2 }
        // The title shows the rate over two seconds, renewed with a whole number of frames only.
        if let first = sentFrames.first, sentFrames.count > 2, state.now - first > 1 {
            achievedRate = (Double(sentFrames.count - 1) / (state.now - first)).rounded()
        }
        guard !pacer.isBusy(now: .now) else { return [] }
        pacer.noteSent(now: .now)
        return Array(ControlBytes.readyQuestion.utf8)
    }

    // MARK: Drawing

    /// The bytes that make the terminal show a state; empty if it does already.
    func update(_ state: StudioState) -> [UInt8] {
        let drawing = StudioView.draw(state)
        var canvas = drawing.canvas
        let background = screen.shown(state.look.text.background)
        var before = pendingBytes
        pendingBytes = []
        let isCovered = !state.overlays.isEmpty
        let isClipped = painter.capabilities.hasPicturesInCells
        if drawing.picture != shownArea, !(isCovered && isClipped) {
            before += painter.erase(background: background)
            shownArea = drawing.picture
            shownFrame = nil
            beginPicture(state.preview.frame)
        }
        let isUncovered = hadOverlay && !isCovered && painter.capabilities.graphics.isCellBased
        if isUncovered || shownStyle != state.look.text {
            painter.forget()
            shownFrame = nil
        }
        hadOverlay = isCovered
        shownStyle = state.look.text
        if painter.tempo != nil, isHeld || state.preview.tempo == nil || drawing.picture == nil {
            before += painter.hold()
            // Which of its frames it stopped at only the terminal knows.
            shownFrame = nil
        }
        var update = PicturePainter.Update()
        var isNewFrame = false
        if let area = drawing.picture ?? (isClipped ? shownArea : nil), let frame = state.preview.frame,
            let clip = state.preview.shownClip
        {
            if drawing.picture != nil, let painted = paint(frame, of: clip, state.preview, in: area, background) {
                update = painted
                isNewFrame = true
            }
            painter.drawOnCanvas(frame, in: area, look: state.look, card: card(of: clip, state), on: &canvas)
        }
        before += update.beforeText
        let bytes = OutputFrame.bytes(
            before: before, text: screen.render(canvas), picture: update.picture,
            showsCursor: canvas.cursor != nil, isSynchronized: painter.capabilities.usesSynchronizedUpdates)
        return isNewFrame ? bytes + noteFrame(state) : bytes
    }

    /// Nil where this frame is on the screen already.
    private func paint(
        _ frame: VideoFrame, of clip: ShownClip, _ preview: PreviewState, in area: Rect, _ background: Color
    ) -> PicturePainter.Update? {
        let identity = FrameIdentity(clip, preview)
        let isResized = shownRect != painter.rect(for: frame, in: area)
        guard identity != shownFrame || isResized else { return nil }
        let tempo = isHeld || isResized || identity.clip != shownFrame?.clip ? nil : preview.tempo
        if let tempo, painter.tempo == tempo, let shown = shownFrame, goesOn(from: shown, to: identity, tempo) {
            shownFrame = identity
            pacer.noteUnsent(now: .now)
            return nil
        }
        let isWhole = painter.isWholeNext || isResized
        // One frame at a time: what comes meanwhile, an estimate perhaps, is drawn after the answer.
        hasPostponedFrame = !isWhole && preview.isPlaying && pacer.isBusy(now: .now)
        guard !hasPostponedFrame else { return nil }
        // Another clip has other colours: a palette kept from the last one would stain it.
        if identity.clip != shownFrame?.clip, painter.capabilities.graphics != .kitty { painter.forget() }
        shownFrame = identity
        shownRect = painter.rect(for: frame, in: area)
        if let tempo, let played = painter.play(from: identity.place, tempo, rate: pacer.rate) { return played }
        let update = painter.paint(frame, at: identity.place, in: area, background: background)
        if preview.isPlaying, !isWhole, budget.noteFrame(bytes: update.byteCount) { painter.scale = budget.scale }
        return update
    }

    /// Whether a terminal that plays by itself gets from one frame to the other without help. Each round begins with its
    /// help: terminals are a little late with every frame.
    private func goesOn(from shown: FrameIdentity, to next: FrameIdentity, _ tempo: ClipTempo) -> Bool {
        next.index >= shown.index && Double(next.index - shown.index) <= max(tempo.framesPerSecond / 2, 2)
    }

    /// What stands for the picture where none can be shown.
    private func card(of clip: ShownClip, _ state: StudioState) -> [String] {
        guard let frame = clip.frames.first else { return [] }
        let draft = state.selectedDraft
        let (width, height) = clip.fullSize ?? (frame.width, frame.height)
        return [
            "Clip of \(width)x\(height) pixels, \(clip.frames.count) frames,",
            "\(Format.clipTime(clip.seconds)) long.", words(of: clip),
            draft.map { "Seed \($0.recipe.seed)." } ?? "",
            draft?.recipe.prompt.replacing("\n", with: " ") ?? "",
        ]
    }

    /// What it looks like, in words that are found once for each clip.
    private func words(of clip: ShownClip) -> String {
        if describedClip?.source != clip.source {
            let sentence = PictureWords.sentence(clip.frames) ?? ""
            describedClip = (clip.source, sentence.prefix(1).uppercased() + sentence.dropFirst() + ".")
        }
        return describedClip?.words ?? ""
    }
}
