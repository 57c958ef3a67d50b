"""Measures another library, or PostgreSQL, on a graph that `cargo bench -p topology --bench engine` has written.

    measure.py DIRECTORY scipy|igraph|rustworkx|postgresql

Prints a line for each operation: its name, milliseconds of processor time, and the answer, by which the bench sees that
it was asked the same. Loading and indexing are not counted. PostgreSQL is the one at PLINTH_TEST_POSTGRES_URL; its time
is that of the process that serves the connection, as the kernel counts it in /proc/PID/schedstat.
"""

import os
import statistics
import sys
import time

import numpy as np

# Rounds end once they have taken so long together, whatever the operation; one is run in any case.
BUDGET_MS = 1500
ROUNDS = 9


class Estate:
    """The graph: items by number, edges from what is needed to what needs it, and groups."""

    def __init__(self, directory):
        def numbers(name, width):
            return np.fromfile(os.path.join(directory, name), dtype="<i4").reshape(-1, width)

        self.items = int(numbers("items", 1)[0, 0])
        self.hard = numbers("hard", 2)  # needed, needs it
        self.members = numbers("members", 2)  # member, group
        self.groups = numbers("groups", 2)  # owner, slack
        self.roots = numbers("roots", 1)[:, 0]
        self.near = int(numbers("near", 1)[0, 0])
        self.pairs = numbers("pairs", 2).tolist()  # from, to
        through = np.stack([self.members[:, 0], self.groups[self.members[:, 1], 0]], axis=1)
        self.edges = np.unique(np.concatenate([self.hard, through]), axis=0)
        # One item below all roots, for libraries that begin at one.
        self.bottom = self.items
        below = np.stack([np.full(len(self.roots), self.bottom), self.roots], axis=1)
        self.rooted = np.concatenate([self.edges, below]).astype(np.int64)


class Clock:
    """Tells processor time used so far, in milliseconds."""

    def __init__(self, used=lambda: time.process_time() * 1e3):
        self.used = used

    def least(self, run):
        times = []
        while len(times) < ROUNDS and sum(times) < BUDGET_MS:
            begin = self.used()
            answer = run()
            times.append(self.used() - begin)
        return min(times), answer

    def report(self, operation, run):
        milliseconds, answer = self.least(run)
        print(f"{operation},{milliseconds:.6f},{answer}", flush=True)

    def report_paths(self, pairs, steps):
        """The median of the pairs, and the steps of all."""
        times, total = [], 0
        for begin, end in pairs:
            milliseconds, found = self.least(lambda: steps(begin, end))
            times.append(milliseconds)
            total += found
        print(f"path,{statistics.median(times):.6f},{total}", flush=True)


def scipy(estate):
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    size = estate.items + 1
    above = csr_array((np.ones(len(estate.rooted), np.int8), estate.rooted.T), shape=(size, size))
    below = csr_array(above.T)
    clock = Clock()

    def near():
        met = ring = np.array([estate.near])
        for _ in range(3):
            ring = np.setdiff1d(above[ring].indices, met)
            met = np.union1d(met, ring)
        return len(met)

    def steps(begin, end):
        _, before = breadth_first_order(below, begin, directed=True, return_predecessors=True)
        count = 0
        while end != begin:
            end = before[end]
            count += 1
        return count

    clock.report(
        "closure", lambda: len(breadth_first_order(above, estate.bottom, return_predecessors=False)) - 1
    )
    clock.report("near", near)
    clock.report_paths(estate.pairs, steps)
    clock.report(
        "components", lambda: connected_components(above, directed=True, connection="strong")[0] - 1
    )


def igraph(estate):
    import igraph as library

    graph = library.Graph(n=estate.items + 1, edges=estate.rooted, directed=True)
    clock = Clock()
    clock.report("closure", lambda: len(graph.subcomponent(estate.bottom, mode="out")) - 1)
    clock.report("near", lambda: len(graph.neighborhood(estate.near, order=3, mode="out")))
    clock.report_paths(
        estate.pairs, lambda begin, end: len(graph.get_shortest_path(begin, end, mode="in")) - 1
    )
    clock.report("components", lambda: len(graph.connected_components(mode="strong")) - 1)
    clock.report("dominators", lambda: len(graph.dominator(estate.bottom, mode="out")) - 1)


def rustworkx(estate):
    import rustworkx as library

    def graph(edges):
        graph = library.PyDiGraph(multigraph=False)
        graph.add_nodes_from(range(estate.items + 1))
        graph.add_edges_from_no_data(list(map(tuple, edges.tolist())))
        return graph

    above, below = graph(estate.rooted), graph(estate.rooted[:, ::-1])
    clock = Clock()

    def near():
        met = ring = {estate.near}
        for _ in range(3):
            ring = {after for item in ring for after in above.successor_indices(item)} - met
            met = met | ring
        return len(met)

    def steps(begin, end):
        return len(library.digraph_dijkstra_shortest_paths(below, begin, target=end)[end]) - 1

    clock.report("closure", lambda: len(library.descendants(above, estate.bottom)))
    clock.report("near", near)
    clock.report_paths(estate.pairs, steps)
    clock.report("components", lambda: len(library.strongly_connected_components(above)) - 1)
    clock.report("dominators", lambda: len(library.immediate_dominators(above, estate.bottom)) - 1)


CLOSURE = """
    WITH RECURSIVE down (item) AS (
        SELECT unnest(%s::int[]) UNION SELECT edge.above FROM down JOIN edge USING (item)
    ) SELECT count(*) FROM down
"""

NEAR = """
    WITH RECURSIVE down (item, steps) AS (
        SELECT %s::int, 0 UNION SELECT edge.above, steps + 1 FROM down JOIN edge USING (item) WHERE steps < 3
    ) SELECT count(DISTINCT item) FROM down
"""

# What is recursive in PostgreSQL is worked out as it is read, so the limit ends the search.
STEPS = """
    WITH RECURSIVE walk (item, steps) AS (
        SELECT %s::int, 0 UNION SELECT edge.item, steps + 1 FROM walk JOIN edge ON edge.above = walk.item
    ) SELECT steps FROM walk WHERE item = %s LIMIT 1
"""

# A recursive query cannot count what a group has lost, so the steps are a loop.
CASCADE = """
    CREATE FUNCTION cascade(roots int[]) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE now int := 0;
    BEGIN
        CREATE TEMPORARY TABLE down (item int PRIMARY KEY, step int);
        CREATE INDEX ON down (step);
        CREATE TEMPORARY TABLE lost (id int PRIMARY KEY, members int, step int);
        CREATE INDEX ON lost (step);
        INSERT INTO down SELECT DISTINCT unnest(roots), 0;
        LOOP
            INSERT INTO lost
                SELECT member.id, count(*), now FROM down JOIN member USING (item) WHERE step = now GROUP BY member.id
                ON CONFLICT (id) DO UPDATE SET members = lost.members + excluded.members, step = now;
            INSERT INTO down
                SELECT above, now + 1 FROM down JOIN hard USING (item) WHERE step = now
                UNION
                SELECT owner, now + 1 FROM lost JOIN grouped USING (id) WHERE step = now AND members > slack
                ON CONFLICT DO NOTHING;
            EXIT WHEN NOT FOUND;
            now := now + 1;
        END LOOP;
        RETURN (SELECT count(*) FROM down);
    END $$
"""


def postgresql(estate):
    import psycopg

    connection = psycopg.connect(os.environ["PLINTH_TEST_POSTGRES_URL"], autocommit=True)
    run = connection.execute
    schedule = f"/proc/{connection.info.backend_pid}/schedstat"

    def used():
        with open(schedule, encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6

    def load(table, columns, rows, *indexes):
        run(f"DROP TABLE IF EXISTS {table}")
        run(f"CREATE TABLE {table} ({columns})")
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for chunk in np.array_split(rows, len(rows) // 100_000 + 1):
                copy.write("".join("\t".join(map(str, row)) + "\n" for row in chunk.tolist()))
        for index in indexes:
            run(f"CREATE INDEX ON {table} ({index})")
        run(f"VACUUM ANALYZE {table}")

    # All in this process, where it is counted; and no plan that is compiled for a query of some milliseconds.
    run("SET max_parallel_workers_per_gather = 0")
    run("SET max_parallel_maintenance_workers = 0")
    run("SET jit = off")
    run("SET work_mem = '1GB'")
    run("SET temp_buffers = '1GB'")
    load("edge", "item int, above int", estate.edges, "item, above", "above, item")
    load("hard", "item int, above int", estate.hard, "item, above")
    load("member", "item int, id int", estate.members, "item, id")
    numbered = np.column_stack([np.arange(len(estate.groups)), estate.groups])
    load("grouped", "id int PRIMARY KEY, owner int, slack int", numbered)
    run("DROP FUNCTION IF EXISTS cascade")
    run(CASCADE)

    def ask(query, *values):
        return run(query, values, prepare=False).fetchone()[0]

    def cascade():
        run("DROP TABLE IF EXISTS pg_temp.down, pg_temp.lost")
        return ask("SELECT cascade(%s)", estate.roots.tolist())

    clock = Clock(used)
    clock.report("closure", lambda: ask(CLOSURE, estate.roots.tolist()))
    clock.report("near", lambda: ask(NEAR, estate.near))
    clock.report_paths(estate.pairs, lambda begin, end: ask(STEPS, begin, end))
    clock.report("cascade", cascade)


PEERS = {peer.__name__: peer for peer in (scipy, igraph, rustworkx, postgresql)}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in PEERS:
        sys.exit(f"usage: measure.py DIRECTORY {'|'.join(PEERS)}")
    PEERS[sys.argv[2]](Estate(sys.argv[1]))
