import Foundation
import Generation
package import StudioCore
import TerminalKit

/// What another program may ask of a running studio, a word a line over its socket.
package enum ControlRequest: String, Sendable {
    /// Answered by a ``ScreenReport`` as one line.
    case screen
    /// Leave, whatever is going on; answered by the end of the connection.
    case quit
}

/// The socket of a running studio. There is one for each, named after its process.
package enum ControlSocket {
    private static let prefix = "studio-"

    /// Listens for requests.
    ///
    /// - Throws: ``StudioError`` where no socket can be made.
    static func listen(
        _ paths: StudioPaths, _ environment: [String: String],
        take: @escaping @Sendable (ControlRequest, SocketConnection) -> Void
    ) throws(StudioError) -> SocketListener {
        let name = prefix + String(ProcessInfo.processInfo.processIdentifier)
        let path = try SocketFile.path(name, paths: paths, environment: environment)
        return try SocketListener(path: path) { connection in
            Task.detached {
                for await message in connection.messages {
                    if let request = ControlRequest(rawValue: message.text) { take(request, connection) }
                }
            }
        }
    }

    /// The processes of the studios that run, the newest last.
    package static func studios(
        _ paths: StudioPaths, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [Int32] {
        files(paths, environment).map(\.process).filter { kill($0, 0) == 0 }.sorted()
    }

    /// Removes what studios that were killed have left.
    static func clean(_ paths: StudioPaths, _ environment: [String: String]) {
        for file in files(paths, environment) where kill(file.process, 0) != 0 && errno == ESRCH { unlink(file.path) }
    }

    private static func files(
        _ paths: StudioPaths, _ environment: [String: String]
    ) -> [(path: String, process: Int32)] {
        guard let sample = try? SocketFile.path(prefix, paths: paths, environment: environment) else { return [] }
        let url = URL(filePath: sample)
        let folder = url.deletingLastPathComponent()
        let ending = url.lastPathComponent.dropFirst(prefix.count)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(prefix), name.hasSuffix(ending),
                let process = Int32(name.dropFirst(prefix.count).dropLast(ending.count))
            else { return nil }
            return (folder.appending(path: name).path(percentEncoded: false), process)
        }
    }

    /// Asks a studio.
    ///
    /// - Returns: its answer; empty where it has ended.
    /// - Throws: ``StudioError`` where it does not listen.
    package static func ask(
        _ request: ControlRequest, process: Int32, paths: StudioPaths,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws(StudioError) -> String {
        let path = try SocketFile.path(prefix + String(process), paths: paths, environment: environment)
        let connection = try SocketConnection(path: path)
        connection.send(request.rawValue)
        for await message in connection.messages { return message.text }
        return ""
    }
}

extension StudioApp {
    /// From here on other programs may look at the screen. Without a socket the studio works as well.
    func openControlSocket() {
        let mailbox = mailbox
        do {
            ControlSocket.clean(options.paths, options.environment)
            if !ControlSocket.studios(options.paths, environment: options.environment).isEmpty {
                state.say("Another studio is open; both show the same drafts.")
            }
            control = try ControlSocket.listen(options.paths, options.environment) { request, connection in
                mailbox.post(.control(request, connection))
            }
        } catch {
            state.say(error.description, .detail)
        }
    }

    func answer(_ request: ControlRequest, _ connection: SocketConnection) {
        switch request {
        case .quit: quit()
        case .screen:
            let process = ScreenReport.Process(
                id: ProcessInfo.processInfo.processIdentifier, residentBytes: ProcessMemory.residentBytes,
                openFiles: Self.openFileCount, writtenBytes: terminal.writtenByteCount,
                sentFrames: display.sentFrameCount)
            var report = ScreenReport(state, StudioView.draw(state), process: process)
            let history = history
            Task.detached {
                if let history { report.addSteps(from: history) }
                connection.send(report.json)
            }
        }
    }

    /// 0 where the system does not tell.
    private static var openFileCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
    }
}
