/// What the studio may use of this terminal: a pure function of answers, environment and the user's wishes.
package struct TerminalCapabilities: Equatable, Sendable {
    package struct Wishes: Equatable, Sendable {
        /// `--graphics` or the settings.
        package var graphics: GraphicsMode?
        /// `--color`.
        package var commandLineColor = ColorOption.auto
        /// `color =` of the settings.
        package var settingColor = ColorOption.auto
        /// `picture_color`: colours in the picture although `NO_COLOR` is set.
        package var wantsPictureColor = false

        package init() {}
    }

    package var graphics: GraphicsMode
    /// Why, as a sentence for `doctor`.
    package var graphicsReason: String
    /// What the terminal does with kitty pictures.
    package var kitty: KittyWays
    package var pictureDepth: ColorDepth
    /// Colours a 16-colour picture may use: 8 or 16.
    package var pictureColorCount: Int
    package var textDepth: ColorDepth
    package var cell: CellPixels
    /// nil where the terminal did not say.
    package var hasLightBackground: Bool?
    package var usesSynchronizedUpdates: Bool
    package var speaksKeyboardProtocol: Bool
    package var multiplexer: TerminalEnvironment.Multiplexer?
    package var isRemote: Bool
    /// Largest sixel picture the terminal draws; nil where it did not say.
    package var sixelWidthLimit: Int?
    package var sixelHeightLimit: Int?

    package init(
        answers: TerminalAnswers, environment: TerminalEnvironment, description: TerminalDescription,
        size: TerminalSize, isUTF8: Bool, tmux: TmuxFacts = .none, wishes: Wishes = Wishes()
    ) {
        let multiplexer = environment.multiplexer(version: answers.version)
        self.multiplexer = multiplexer
        isRemote = environment.isRemote
        cell = CellPixels(answers: answers, size: size, isMultiplexed: multiplexer != nil)
        let depth = ColorDepth.chosen(
            commandLine: wishes.commandLineColor, setting: wishes.settingColor, environment: environment,
            colorCount: description.colorCount,
            hasDirectColor: description.hasDirectColor || answers.hasDirectColor)
        textDepth = depth.forText(colorCount: description.colorCount)
        let isConsole = environment.name == "linux"
        var pictureDepth = isConsole ? min(depth, .ansi16) : depth
        if pictureDepth == .mono && wishes.wantsPictureColor {
            pictureDepth = ColorDepth.chosen(
                environment: TerminalEnvironment(["TERM": environment.name]), colorCount: description.colorCount,
                hasDirectColor: environment.hasColorTerm || answers.hasDirectColor)
        }
        self.pictureDepth = pictureDepth
        pictureColorCount = isConsole || description.colorCount >= 16 ? 16 : 8
        hasLightBackground = answers.background.map { OKLab($0).lightness > 0.6 }
        usesSynchronizedUpdates = answers.knows(mode: 2026) && multiplexer != .tmux
        speaksKeyboardProtocol = answers.speaksKeyboardProtocol
        sixelWidthLimit = answers.sixelWidthLimit
        sixelHeightLimit = answers.sixelHeightLimit
        let choice = GraphicsChoice(
            answers: answers, environment: environment, multiplexer: multiplexer, tmux: tmux,
            isCellSizeKnown: cell.isKnown, isUTF8: isUTF8, isMono: pictureDepth == .mono, wished: wishes.graphics)
        graphics = choice.mode
        graphicsReason = choice.reason
        kitty = KittyWays(answers: answers, isInTmux: multiplexer == .tmux, tmux: tmux, isRemote: environment.isRemote)
    }

    /// Whether pictures stand in cells as placeholder characters.
    package var usesPlaceholders: Bool { graphics == .kitty && kitty.usesPlaceholders }

    /// Whether pictures are cells of the screen, over which a dialog may lie without harm.
    package var hasPicturesInCells: Bool { graphics.isCellBased || usesPlaceholders }
}
