import Foundation
import StudioCore
import Testing

@Suite("Settings and places")
struct SettingsTests {
    @Test("No file means every default")
    func noFile() throws {
        let (settings, problems) = try Settings.load(URL(filePath: "/nonexistent/config.toml"))
        #expect(settings == Settings())
        #expect(problems == [])
    }

    @Test("Values are read, wrong ones reported and left at their default")
    func reading() throws {
        let (settings, problems) = try Settings.parse(
            """
            theme = "paper"
            graphics = "half"
            color = "256"
            mouse = "no"
            [keys]
            enter = "newline"
            [history]
            trash_days = 7
            """, file: "config.toml")
        #expect(settings.theme == "paper")
        #expect(settings.graphics == .half)
        #expect(settings.color == .palette256)
        #expect(settings.enterKey == .newline)
        #expect(settings.trashDays == 7)
        #expect(settings.hasMouse)
        #expect(problems.map(\.description) == ["config.toml line 4: \"mouse\" must be true or false, is a string."])
    }

    @Test("Setting a value keeps the rest of the file and refuses what cannot be read back")
    func setting() throws {
        let folder = try TestFolder()
        let file = try folder.write("# mine\ntheme = \"paper\"  # for the day\n", to: "config.toml")
        try Settings.set("theme", to: "ember", in: file)
        try Settings.set("keys.enter", to: "newline", in: file)
        try Settings.set("color", to: "16", in: file)
        #expect(throws: StudioError.self) { try Settings.set("graphics", to: "holograms", in: file) }
        #expect(throws: StudioError.self) { try Settings.set("them", to: "ember", in: file) }
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("# mine\ntheme = \"ember\"  # for the day\ncolor = \"16\"\n"))
        let (settings, problems) = try Settings.load(file)
        #expect(settings.theme == "ember" && settings.enterKey == .newline && settings.color == .ansi16)
        #expect(problems == [])
    }

    @Test("Every key that config knows is one that the file knows, and the file, a variable or nothing decides it")
    func keys() throws {
        let folder = try TestFolder()
        let file = folder.url.appending(path: "config.toml")
        for key in SettingKey.all {
            let value =
                key.value(in: Settings(), environment: [:])
                ?? ["borders": "ascii", "output.name": "{seed}"][key.name] ?? "12"
            try Settings.set(key.name, to: value, in: file)
        }
        let (settings, problems) = try Settings.load(file)
        #expect(problems == [])
        #expect(settings.threads == 12 && settings.borders == .ascii && settings.outputName == "{seed}")
        let graphics = try SettingKey.named("graphics")
        #expect(graphics.source(inFile: "", environment: [:]) == .standard)
        #expect(graphics.source(inFile: "# a\ngraphics = \"half\"\n", environment: [:]) == .file(line: 2))
        #expect(
            graphics.source(inFile: "graphics = \"half\"", environment: ["TURBO2K_GRAPHICS": "sixel"])
                == .environment(variable: "TURBO2K_GRAPHICS", value: "sixel"))
        #expect(graphics.value(in: Settings(), environment: ["TURBO2K_GRAPHICS": "sixel"]) == "sixel")
        // A variable that says nothing decides nothing.
        let motion = try SettingKey.named("motion")
        #expect(motion.source(inFile: "", environment: ["TURBO2K_REDUCE_MOTION": "0"]) == .standard)
        #expect(motion.value(in: Settings(), environment: ["TURBO2K_REDUCE_MOTION": "0"]) == "full")
        #expect(motion.value(in: Settings(), environment: ["TURBO2K_REDUCE_MOTION": "1"]) == "reduced")
        let enter = try SettingKey.named("keys.enter")
        #expect(enter.source(inFile: "[keys]\nenter = \"draft\"\n", environment: [:]) == .file(line: 2))
        #expect(throws: StudioError.self) { try SettingKey.named("grafics") }
    }

    @Test("TURBO2K_HOME moves everything; otherwise the XDG folders decide, if absolute")
    func places() {
        let moved = StudioPaths(environment: ["TURBO2K_HOME": "/t", "XDG_DATA_HOME": "/d", "HOME": "/home/u"])
        #expect(moved.historyFile.path == "/t/data/history.db")
        #expect(moved.settingsFile.path == "/t/config/config.toml")
        #expect(moved.logFile.path == "/t/state/turbo2k.log")
        let standard = StudioPaths(environment: ["XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "rel", "HOME": "/home/u"])
        #expect(standard.models.path == "/d/turbo2k/models")
        #expect(standard.presets.path == "/home/u/.config/turbo2k/presets")
        #expect(standard.state.path == "/home/u/.local/state/turbo2k")
        #expect(standard.expanding("~/Videos").path == "/home/u/Videos")
        #expect(standard.abbreviating(URL(filePath: "/home/u/Videos/a.mp4")) == "~/Videos/a.mp4")
        // A folder that is there gets a slash at its end.
        let real = StudioPaths(environment: ["HOME": "/usr"])
        #expect(real.abbreviating(URL(filePath: "/usr/share/a.mp4")) == "~/share/a.mp4")
    }

    @Test("Shipped files are found beside an installed program and above one in a source tree")
    func programFiles() throws {
        let folder = try TestFolder()
        try folder.write("", to: "prefix/share/turbo2k/themes/a.toml")
        let installed = ProgramFiles.find(
            environment: [:], executable: folder.url.appending(path: "prefix/bin/turbo2k"))
        #expect(installed?.themes.path.hasSuffix("prefix/share/turbo2k/themes") == true)
        try folder.write("", to: "tree/Package.swift")
        try folder.write("", to: "tree/themes/a.toml")
        let built = ProgramFiles.find(
            environment: [:], executable: folder.url.appending(path: "tree/.build/x/release/turbo2k"))
        #expect(built?.presets.path.hasSuffix("tree/presets") == true)
        let told = ProgramFiles.find(environment: ["TURBO2K_SHARE": "/s"], executable: nil)
        #expect(told?.themes.path == "/s/themes")
        let lost = ProgramFiles.find(environment: [:], executable: folder.url.appending(path: "alone/turbo2k"))
        #expect(lost == nil)
    }
}
