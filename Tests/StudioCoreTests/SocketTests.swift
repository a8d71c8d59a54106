import Foundation
import StudioCore
import Testing

@Suite("Unix sockets")
struct SocketTests {
    private func echoing(_ folder: TestFolder) throws -> SocketListener {
        try SocketListener(path: folder.url.appending(path: "s").path) { connection in
            Task {
                for await message in connection.messages { connection.send(message) }
            }
        }
    }

    @Test("Lines come back whole and in order, however they are cut on the way")
    func lines() async throws {
        let folder = try TestFolder()
        let listener = try echoing(folder)
        defer { listener.close() }
        let connection = try SocketConnection(path: listener.path)
        let sent = (0..<200).map { "\($0) " + String(repeating: "ö", count: $0 * 37) }
        for line in sent { connection.send(line) }
        var messages = connection.messages.makeAsyncIterator()
        for line in sent { #expect(await messages.next()?.text == line) }
        connection.close()
        #expect(await messages.next() == nil)
    }

    @Test("Bytes behind a line that announces them arrive with it, line ends and all")
    func payload() async throws {
        let folder = try TestFolder()
        let listener = try echoing(folder)
        defer { listener.close() }
        let connection = try SocketConnection(path: listener.path)
        let bytes = Data((0..<700_000).map { UInt8(truncatingIfNeeded: $0) })
        connection.send(
            SocketMessage(line: Data(#"{"payload":700000,"event":"preview"}"#.utf8), payload: [bytes]))
        connection.send("after")
        var messages = connection.messages.makeAsyncIterator()
        let first = try #require(await messages.next())
        #expect(first.payload.first == bytes)
        #expect(await messages.next()?.text == "after")
    }

    @Test("A reader that sleeps loses what may be lost, and of pictures all but the newest; states all arrive")
    func slowReader() async throws {
        let folder = try TestFolder()
        let (peers, found) = AsyncStream.makeStream(of: SocketConnection.self)
        let listener = try SocketListener(path: folder.url.appending(path: "s").path) { found.yield($0) }
        defer { listener.close() }
        // A plain socket that nobody reads from, until all was sent.
        let reader = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(reader) }
        try #require(Self.connect(reader, listener.path) == 0)
        var iterator = peers.makeAsyncIterator()
        let peer = try #require(await iterator.next())
        let filler = String(repeating: ".", count: 1000)
        for number in 0..<20_000 {
            peer.send("drop \(number) \(filler)", worth: .droppable)
            if number % 100 == 0 { peer.send("state \(number)") }
            if number % 1000 == 0 {
                let picture = Data(repeating: UInt8(number / 1000), count: 2_000_000)
                peer.send(
                    SocketMessage(line: Data(#"{"payload":2000000}"#.utf8), payload: [picture]), worth: .latest)
            }
        }
        #expect(peer.waitingBytes <= SocketConnection.keptBytes)
        let text = try await Self.readAll(reader, until: { !peer.isBehind })
        let lines = text.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0.prefix(12), as: UTF8.self) }
        #expect(lines.filter { $0.hasPrefix("state") }.count == 200)
        #expect(lines.filter { $0.hasPrefix("drop") }.count < 4000)
        let pictures = lines.filter { $0.hasPrefix("{\"payload\"") }.count
        #expect((1...2).contains(pictures))
        // The newest picture is the last.
        #expect(text.suffix(2_000_000).allSatisfy { $0 == 19 })
    }

    @Test("Sending to somebody who has gone neither waits nor kills")
    func gone() async throws {
        let folder = try TestFolder()
        let listener = try echoing(folder)
        defer { listener.close() }
        let connection = try SocketConnection(path: listener.path)
        connection.send("one")
        var messages = connection.messages.makeAsyncIterator()
        _ = await messages.next()
        listener.close()
        connection.close()
        for _ in 0..<100 { connection.send("two") }
        #expect(await messages.next() == nil)
        #expect(throws: StudioError.self) { try SocketConnection(path: listener.path) }
    }

    @Test("A file left behind is replaced; a program that listens is not")
    func leftBehind() async throws {
        let folder = try TestFolder()
        let path = folder.url.appending(path: "s").path
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        let listener = try SocketListener(path: path) { _ in }
        defer { listener.close() }
        #expect(throws: StudioError.self) { try SocketListener(path: path) { _ in } }
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    }

    @Test("A socket's path fits its address, is the user's own, and differs from home to home")
    func paths() throws {
        let folder = try TestFolder()
        let deep = folder.url.appending(path: String(repeating: "very-long-folder/", count: 20))
        let environment = ["XDG_RUNTIME_DIR": folder.url.appending(path: "run").path]
        let one = try SocketFile.path("worker", paths: folder.paths, environment: environment)
        let two = try SocketFile.path("worker", paths: StudioPaths(root: deep, home: deep), environment: environment)
        #expect(one != two && one.hasPrefix(folder.url.path))
        for environment in [environment, [:], ["XDG_RUNTIME_DIR": deep.path]] {
            let path = try SocketFile.path("worker", paths: folder.paths, environment: environment)
            #expect(path.utf8.count <= SocketFile.longestPath)
            let parent = URL(filePath: path).deletingLastPathComponent().path
            #expect(try FileManager.default.attributesOfItem(atPath: parent)[.posixPermissions] as? Int == 0o700)
        }
    }

    private static func connect(_ descriptor: Int32, _ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Reads until `isDone` and nothing comes for a while.
    private static func readAll(_ descriptor: Int32, until isDone: @escaping () -> Bool) async throws -> Data {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var (all, quiet) = (Data(), 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while quiet < 20 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                all.append(contentsOf: buffer[..<count])
                quiet = 0
            } else {
                if isDone() { quiet += 1 }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        return all
    }
}
