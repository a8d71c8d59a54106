package import Foundation
package import StudioCore
package import TerminalKit

/// How the studio is opened.
package struct StudioOptions: Sendable {
    package var paths: StudioPaths
    /// Shipped themes and presets; nil where they cannot be found.
    package var programFiles: ProgramFiles?
    package var environment: [String: String]
    /// Names; nil: as the settings say.
    package var preset: String?
    package var theme: String?
    package var model: String?
    /// Nil: by the settings, else by what the terminal can.
    package var graphics: GraphicsMode?
    package var color: ColorOption
    /// Nil: as the settings say.
    package var usesMouse: Bool?
    /// Frames a second at most; nil: as the settings say.
    package var pictureFPS: Int?
    /// Everything written to the terminal is copied there.
    package var tracePath: String?
    /// Freezes the clock in titles and names.
    package var hasFixedClock: Bool
    /// A clip whose settings are loaded at the start.
    package var openFile: URL?
    /// No key ends the studio: for tests that send them at random.
    package var ignoresQuitKeys: Bool { !["", "0"].contains(environment["TURBO2K_TEST_NO_QUIT"] ?? "") }
    /// Installed models, to choose from.
    package var models: [String]

    package init(
        paths: StudioPaths, programFiles: ProgramFiles? = ProgramFiles.find(),
        environment: [String: String] = ProcessInfo.processInfo.environment, preset: String? = nil,
        theme: String? = nil, model: String? = nil, graphics: GraphicsMode? = nil, color: ColorOption = .auto,
        usesMouse: Bool? = nil, pictureFPS: Int? = nil, tracePath: String? = nil, hasFixedClock: Bool = false,
        openFile: URL? = nil,
        models: [String] = []
    ) {
        self.paths = paths
        self.programFiles = programFiles
        self.environment = environment
        self.preset = preset
        self.theme = theme
        self.model = model
        self.graphics = graphics
        self.color = color
        self.usesMouse = usesMouse
        self.pictureFPS = pictureFPS
        self.tracePath = tracePath
        self.hasFixedClock = hasFixedClock
        self.openFile = openFile
        self.models = models
    }
}
