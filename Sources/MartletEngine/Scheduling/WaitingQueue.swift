/// Requests that wait for a place, in order of rank; taking the first and adding a latecomer are O(1).
struct WaitingQueue {
    /// Places before `head` are empty.
    private var places: [Request?] = []
    private var head = 0

    /// Requests waiting.
    var count: Int { places.count - head }

    /// The next request to serve.
    var first: Request? { count > 0 ? places[head] : nil }

    /// All requests, next first.
    var all: [Request] { places[head...].compactMap(\.self) }

    /// Takes the next request out.
    mutating func removeFirst() {
        places[head] = nil
        head += 1
        guard head == places.count || head > 1024 && head > places.count / 2 else { return }
        places.removeFirst(head)
        head = 0
    }

    /// Puts a request where its rank belongs.
    mutating func insert(_ request: Request) {
        let place = place(of: request.rank)
        if place == head, head > 0 {
            head -= 1
            places[head] = request
        } else {
            places.insert(request, at: place)
        }
    }

    /// Takes a request out that must be waiting.
    mutating func remove(_ request: Request) {
        let place = place(of: request.rank)
        precondition(place < places.count && places[place] === request, "request \(request.id) is not waiting")
        if place == head { removeFirst() } else { places.remove(at: place) }
    }

    /// The first place whose request does not come before `rank`.
    private func place(of rank: Request.Rank) -> Int {
        if let last = places.last ?? nil, last.rank < rank { return places.count }
        var low = head
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if let other = places[middle], other.rank < rank { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
