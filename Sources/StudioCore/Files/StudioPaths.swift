package import Foundation

/// Where the studio's own files are: settings, history, jobs, models, log.
///
/// `TURBO2K_HOME` moves all of them into one folder; otherwise the XDG base directories decide.
package struct StudioPaths: Sendable, Equatable {
    /// `config.toml`, `keys.toml`, `presets/`, `themes/`.
    package var configuration: URL
    /// `history.db`, `jobs/`, `models/`.
    package var data: URL
    /// Logs, and what can be forgotten.
    package var state: URL
    /// The user's home, for `~` in settings.
    package var home: URL

    /// Everything in `root`, which holds `config`, `data` and `state`.
    package init(root: URL, home: URL) {
        configuration = root.appending(path: "config")
        data = root.appending(path: "data")
        state = root.appending(path: "state")
        self.home = home
    }

    /// As the process's variables, or a test's, say.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        // Without the slash that a folder gets at its end: paths are compared with it.
        let home = URL(
            filePath: environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory(),
            directoryHint: .notDirectory)
        if let root = environment["TURBO2K_HOME"], !root.isEmpty {
            self.init(root: URL(filePath: root), home: home)
        } else {
            self.init(
                configuration: Self.base(environment["XDG_CONFIG_HOME"], or: home.appending(path: ".config")),
                data: Self.base(environment["XDG_DATA_HOME"], or: home.appending(path: ".local/share")),
                state: Self.base(environment["XDG_STATE_HOME"], or: home.appending(path: ".local/state")),
                home: home)
        }
    }

    private init(configuration: URL, data: URL, state: URL, home: URL) {
        self.configuration = configuration
        self.data = data
        self.state = state
        self.home = home
    }

    /// The XDG specification tells programs to ignore relative paths.
    private static func base(_ variable: String?, or fallback: URL) -> URL {
        let folder = variable.flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil } ?? fallback
        return folder.appending(path: "turbo2k")
    }

    package var settingsFile: URL { configuration.appending(path: "config.toml") }
    package var keysFile: URL { configuration.appending(path: "keys.toml") }
    package var presets: URL { configuration.appending(path: "presets") }
    package var themes: URL { configuration.appending(path: "themes") }
    package var historyFile: URL { data.appending(path: "history.db") }
    package var jobs: URL { data.appending(path: "jobs") }
    package var models: URL { data.appending(path: "models") }
    /// What can be computed again: digests of weights, fitted previews.
    package var cache: URL { data.appending(path: "cache") }
    package var logFile: URL { state.appending(path: "turbo2k.log") }

    /// A job's own folder: recipe, latent, embedding, small clip, state while it runs.
    package func folder(ofJob id: Int) -> URL {
        jobs.appending(path: String(id))
    }

    /// Replaces a leading `~` by the user's home.
    package func expanding(_ path: String) -> URL {
        if path == "~" { return home }
        if path.hasPrefix("~/") { return home.appending(path: String(path.dropFirst(2))) }
        return URL(filePath: path)
    }

    /// The path as people write it: `~` for the home folder.
    package func abbreviating(_ url: URL) -> String {
        let path = url.path(percentEncoded: false)
        let homePath = home.path(percentEncoded: false)
        guard homePath.count > 1, path.hasPrefix(homePath + "/") else { return path }
        return "~" + path.dropFirst(homePath.count)
    }
}
