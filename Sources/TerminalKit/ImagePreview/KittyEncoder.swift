/// Pictures by the kitty graphics protocol.
///
/// A new picture is sent and shown under the other of our two ids, then the old one is deleted. Where the terminal keeps
/// frames, those of a clip are sent once under one id, and later only named; once it has a round of them it plays them
/// by itself.
struct KittyEncoder: PictureEncoder {
    /// What a terminal may be given to keep of one clip, as it keeps it: four bytes a pixel. kitty's own limit is
    /// 320 MB for all pictures.
    private static let mostKeptBytes = 160 << 20

    let imageIDs: ImageIDs
    let cell: CellPixels
    let isRemote: Bool
    let ways: KittyWays

    func encode(_ frame: PixelFrame, in rect: Rect, over previous: ShownPicture?) -> EncodedPicture {
        encode(frame, at: nil, in: rect, over: previous)
    }

    func encode(
        _ frame: PixelFrame, at place: ClipPlace?, in rect: Rect, over previous: ShownPicture?
    ) -> EncodedPicture {
        guard frame.width > 0, frame.height > 0, !rect.isEmpty else {
            return EncodedPicture(bytes: [], shown: ShownPicture(rect: .zero))
        }
        if let place, let previous, previous.rect == rect, let next = nextFrame(frame, place, previous) { return next }
        let image = reduced(frame, rect)
        let id = imageIDs.other(than: previous?.imageID)
        var shown = ShownPicture(rect: rect, imageID: id)
        if ways.keepsFrames, let place {
            shown.film = KeptFilm(
                clip: place.clip, first: place.index, frameBytes: image.width * image.height * 4)
        }
        // Also where nothing is known to be there: after a repaint the other one may still stand under this.
        let deletion = wrapped(KittyImage.deletion(imageIDs.other(than: id)))
        if ways.usesPlaceholders {
            let control = "a=T,U=1,i=\(id),c=\(rect.width),r=\(rect.height)"
            return EncodedPicture(beforeText: transmission(image, control), bytes: deletion, shown: shown)
        }
        var bytes: [UInt8] = []
        ByteText.appendMove(x: rect.x, y: rect.y, to: &bytes)
        // C=1: the cursor stays. c, r: the terminal scales the picture to these cells.
        bytes += transmission(image, "a=T,i=\(id),p=1,c=\(rect.width),r=\(rect.height),C=1") + deletion
        return EncodedPicture(bytes: bytes, shown: shown)
    }

    func erase(_ shown: ShownPicture, background: Color) -> [UInt8] {
        shown.imageID.map { wrapped(KittyImage.deletion($0)) } ?? []
    }

    /// A frame of the clip that the terminal is keeping; nil where it keeps another or has no room.
    private func nextFrame(_ frame: PixelFrame, _ place: ClipPlace, _ previous: ShownPicture) -> EncodedPicture? {
        guard let id = previous.imageID, var film = previous.film, film.clip == place.clip else { return nil }
        var bytes: [UInt8] = []
        let number: Int
        if let known = film.numbers[place.index] {
            number = known
        } else {
            guard (film.numbers.count + 1) * film.frameBytes <= Self.mostKeptBytes else { return nil }
            // A frame that stays for less than no time is left out when the terminal plays by itself.
            let gap = film.isClosed ? ",z=-1" : ""
            number = film.add(place.index)
            bytes += transmission(reduced(frame, previous.rect), "a=f,i=\(id)\(gap)")
        }
        let stop = film.tempo == nil ? "" : "s=1,"
        film.tempo = nil
        bytes += wrapped(KittyImage.animation(id, "\(stop)c=\(number)"))
        return EncodedPicture(bytes: bytes, shown: Self.shown(previous, film))
    }

    func play(
        from place: ClipPlace, _ tempo: ClipTempo, rate: Double, over previous: ShownPicture
    ) -> EncodedPicture? {
        guard let id = previous.imageID, var film = previous.film, film.clip == place.clip,
            film.closes(tempo, rate: rate, at: place.index), let number = film.number(standingFor: place.index)
        else { return nil }
        var bytes: [UInt8] = []
        if film.tempo != tempo {
            for (number, milliseconds) in film.gaps(tempo) {
                bytes += wrapped(KittyImage.animation(id, "r=\(number),z=\(milliseconds)"))
            }
        }
        // 3: run; 1: for ever.
        let run = film.tempo == nil ? "s=3,v=1," : ""
        film.tempo = tempo
        bytes += wrapped(KittyImage.animation(id, "\(run)c=\(number)"))
        return EncodedPicture(bytes: bytes, shown: Self.shown(previous, film))
    }

    func hold(_ previous: ShownPicture) -> EncodedPicture? {
        guard let id = previous.imageID, var film = previous.film, film.tempo != nil else { return nil }
        film.tempo = nil
        return EncodedPicture(bytes: wrapped(KittyImage.animation(id, "s=1")), shown: Self.shown(previous, film))
    }

    private static func shown(_ previous: ShownPicture, _ film: KeptFilm) -> ShownPicture {
        var shown = previous
        shown.film = film
        return shown
    }

    private func reduced(_ frame: PixelFrame, _ rect: Rect) -> PixelFrame {
        KittyImage.reduced(
            frame, width: rect.width * cell.width, height: rect.height * cell.height,
            most: ways.sharesMemory ? 640 * 360 : isRemote ? 160 * 90 : 272 * 153)
    }

    private func transmission(_ image: PixelFrame, _ control: String) -> [UInt8] {
        if ways.sharesMemory, let name = SharedMemory.put(image.pixels) {
            return KittyImage.handover(image, control: control, name: name)
        }
        return KittyImage.transmission(image, control: control, wrap: wrapped)
    }

    private func wrapped(_ command: [UInt8]) -> [UInt8] {
        ways.isInTmux ? KittyPlaceholders.throughTmux(command) : command
    }
}

/// The commands of the kitty graphics protocol that we send. All have `q=2`: no answers.
enum KittyImage {
    /// The protocol's limit for one command.
    private static let chunkLength = 4096

    /// The terminal scales pictures itself, so no more pixels are sent than a line can carry at our frame rates: some
    /// 2 MiB a second on this machine, a tenth of it over ssh.
    static func reduced(_ frame: PixelFrame, width: Int, height: Int, most: Int) -> PixelFrame {
        let wanted = min(Double(most) / Double(max(width * height, 1)), 1).squareRoot()
        return frame.scaled(
            width: min(max(Int(Double(width) * wanted), 1), frame.width),
            height: min(max(Int(Double(height) * wanted), 1), frame.height))
    }

    /// Sends a picture in pieces. `control` comes before the keys of the pixels.
    static func transmission(
        _ image: PixelFrame, control: String, wrap: ([UInt8]) -> [UInt8] = { $0 }
    ) -> [UInt8] {
        let text = Base64.encode(image.pixels)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + text.count / 64 + 128)
        // Every piece of a frame must say that it is one.
        let action = control.hasPrefix("a=f") ? "a=f," : ""
        var start = 0
        while start < text.count {
            let end = min(start + chunkLength, text.count)
            let more = end < text.count ? 1 : 0
            let keys =
                start == 0
                ? "\(control),q=2,f=24,s=\(image.width),v=\(image.height),m=\(more)" : "\(action)q=2,m=\(more)"
            var command = Array("\u{1B}_G\(keys);".utf8)
            command += text[start..<end]
            command += ControlBytes.stringTerminator.utf8
            bytes += wrap(command)
            start = end
        }
        return bytes
    }

    /// Hands a picture over in shared memory, which the terminal removes.
    static func handover(_ image: PixelFrame, control: String, name: String) -> [UInt8] {
        let keys = "\(control),q=2,t=s,f=24,s=\(image.width),v=\(image.height),S=\(image.pixels.count)"
        return Array("\u{1B}_G\(keys);".utf8) + Base64.encode(Array(name.utf8)) + ControlBytes.stringTerminator.utf8
    }

    /// Controls the frames of an image of ours.
    static func animation(_ id: UInt32, _ keys: String) -> [UInt8] {
        Array("\u{1B}_Ga=a,i=\(id),\(keys),q=2\u{1B}\\".utf8)
    }

    /// Deletes an image of ours and its data.
    static func deletion(_ id: UInt32) -> [UInt8] {
        Array("\u{1B}_Ga=d,d=I,i=\(id),q=2\u{1B}\\".utf8)
    }
}
