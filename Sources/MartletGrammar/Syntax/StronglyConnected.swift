/// The strongly connected components of a directed graph (Tarjan), without recursion so that long chains cost no stack.
struct StronglyConnected {
    /// The components, each after all components it has edges to; nodes in a component in no particular order.
    private(set) var components: [[Int]] = []
    /// The component each node is in.
    private(set) var component: [Int]
    /// Whether the node lies on a cycle.
    private(set) var isCyclic: [Bool]

    private struct Visit {
        var node: Int
        var nextEdge: Int
    }

    /// `edges[n]` are the nodes that node `n` has edges to.
    init(_ edges: [[Int]]) {
        let count = edges.count
        component = Array(repeating: -1, count: count)
        isCyclic = Array(repeating: false, count: count)
        var order = Array(repeating: -1, count: count)
        var low = Array(repeating: 0, count: count)
        var open: [Int] = []
        var visits: [Visit] = []
        var clock = 0
        for start in 0..<count where order[start] < 0 {
            visits.append(Visit(node: start, nextEdge: 0))
            while let visit = visits.last {
                let node = visit.node
                if visit.nextEdge == 0 {
                    order[node] = clock
                    low[node] = clock
                    clock += 1
                    open.append(node)
                }
                var child: Int?
                var edge = visit.nextEdge
                while edge < edges[node].count, child == nil {
                    let target = edges[node][edge]
                    edge += 1
                    if target == node { isCyclic[node] = true }
                    if order[target] < 0 {
                        child = target
                    } else if component[target] < 0 {
                        low[node] = min(low[node], order[target])
                    }
                }
                // One more than the edges seen, so that 0 only stands for a node not yet entered.
                visits[visits.count - 1].nextEdge = max(edge, 1)
                if let child {
                    visits.append(Visit(node: child, nextEdge: 0))
                    continue
                }
                visits.removeLast()
                if let parent = visits.last?.node { low[parent] = min(low[parent], low[node]) }
                if low[node] == order[node] { close(node, &open) }
            }
        }
    }

    private mutating func close(_ node: Int, _ open: inout [Int]) {
        var members: [Int] = []
        while let last = open.popLast() {
            component[last] = components.count
            members.append(last)
            if last == node { break }
        }
        if members.count > 1 { for member in members { isCyclic[member] = true } }
        components.append(members)
    }
}
