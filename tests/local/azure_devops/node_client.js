// Drives the real azure-devops-node-api; prints one JSON object of what it saw.
const azdev = require("azure-devops-node-api");
const git = require("azure-devops-node-api/interfaces/GitInterfaces");

const [url, token] = process.argv.slice(2);
const ZEROS = "0".repeat(40);
const REPOSITORY = ["workspace", "backup"];

function everything(stream) {
  return new Promise((resolve, reject) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => resolve(Buffer.concat(parts)));
    stream.on("error", reject);
  });
}

function add(path, text) {
  const content = Buffer.from(text).toString("base64");
  return {
    changeType: git.VersionControlChangeType.Add,
    item: { path },
    newContent: { content, contentType: git.ItemContentType.Base64Encoded },
  };
}

async function push(api, changes, oldObjectId) {
  const done = await api.createPush(
    {
      refUpdates: [{ name: "refs/heads/main", oldObjectId }],
      commits: [{ comment: "From Node", changes }],
    },
    ...REPOSITORY,
  );
  return done.commits[0].commitId;
}

async function refusal(action) {
  try {
    await action();
  } catch (error) {
    return { status: error.statusCode, message: error.message };
  }
  return null;
}

async function reads(api, first, second) {
  const at = { version: second, versionType: git.GitVersionType.Commit };
  const items = await api.getItems(
    ...REPOSITORY, "/", git.VersionControlRecursionType.Full,
    false, false, false, false, at,
  );
  const item = await api.getItem(
    "workspace", "/d/a.py", "backup", undefined, undefined, false, false, false,
    at, true,
  );
  const commit = await api.getCommit(second, ...REPOSITORY);
  const tree = await api.getTree("workspace", commit.treeId, "backup", undefined, true);
  const blob = items.find((one) => one.path === "/d/a.py").objectId;
  const diff = await api.getCommitDiffs(
    ...REPOSITORY, true, undefined, undefined,
    { version: first, versionType: git.GitVersionType.Commit },
    { version: second, versionType: git.GitVersionType.Commit },
  );
  const batch = await api.getItemsBatch(
    { itemDescriptors: [{ path: "/d", version: second, versionType: 2 }] },
    ...REPOSITORY,
  );
  return {
    items: items.map((one) => one.path),
    item: item.content,
    content: (
      await everything(
        await api.getItemContent(
          "workspace", "/d/a.py", "backup", undefined, undefined, false, false,
          false, at,
        ),
      )
    ).toString(),
    blob: (await everything(await api.getBlobContent("workspace", blob, "backup")))
      .toString(),
    zip: (await everything(await api.getBlobsZip([blob], ...REPOSITORY)))
      .subarray(0, 2).toString(),
    treeZip: (await everything(await api.getTreeZip("workspace", commit.treeId, "backup")))
      .subarray(0, 2).toString(),
    tree: tree.treeEntries.map((one) => [one.relativePath, one.size]),
    kind: tree.treeEntries[0].gitObjectType === git.GitObjectType.Blob,
    diff: diff.changes.map((one) => one.item.path),
    batch: batch[0].map((one) => one.path),
  };
}

async function history(api, first, second) {
  const commits = await api.getCommits(
    "workspace", { itemPath: "/b", $top: 5 }, "backup",
  );
  const changes = await api.getChanges(second, ...REPOSITORY);
  const bases = await api.getMergeBases("workspace", second, first, "backup");
  const stats = await api.getBranchStatsBatch(
    {
      baseCommit: { version: second, versionType: git.GitVersionType.Commit },
      targetCommits: [{ version: first, versionType: git.GitVersionType.Commit }],
    },
    ...REPOSITORY,
  );
  const pushes = await api.getPushes(...REPOSITORY);
  return {
    commits: commits.map((one) => one.commitId),
    date: commits[0].author.date instanceof Date,
    changes: changes.changes.map((one) => one.item.path),
    bases: bases.map((one) => one.commitId),
    branches: (await api.getBranches(...REPOSITORY)).map((one) => one.name),
    behind: stats.map((one) => [one.aheadCount, one.behindCount]),
    pushes: pushes.map((one) => one.pushId),
    pushCommits: (await api.getPushCommits("workspace", 2, "backup")).map(
      (one) => one.commitId,
    ),
  };
}

async function writes(api, first, second) {
  const moved = await api.updateRefs(
    [{ name: "refs/heads/x", oldObjectId: ZEROS, newObjectId: first }],
    "workspace", "backup",
  );
  const stale = await api.updateRefs(
    [{ name: "refs/heads/x", oldObjectId: second, newObjectId: second }],
    "workspace", "backup",
  );
  const tag = await api.createAnnotatedTag(
    { name: "v1", message: "m", taggedObject: { objectId: second } },
    "backup", "workspace",
  );
  const made = await api.createRepository({ name: "second" }, "backup");
  await api.deleteRepository(made.id, "backup");
  return {
    moved: moved[0].success,
    stale: git.GitRefUpdateStatus[stale[0].updateStatus],
    tag: tag.taggedObject.objectId,
    refs: (await api.getRefs("workspace", "backup", "heads/")).map((one) => one.name),
    repositories: (await api.getRepositories("backup")).map((one) => one.name),
  };
}

async function main() {
  const web = new azdev.WebApi(url, azdev.getPersonalAccessTokenHandler(token));
  const me = await web.connect();
  const core = await web.getCoreApi();
  const api = await web.getGitApi();
  const first = await push(api, [add("/d/a.py", "one")], ZEROS);
  const second = await push(api, [add("/b", "two"), add("/c", "é")], first);
  const seen = {
    first,
    second,
    me: me.authenticatedUser.providerDisplayName,
    projects: (await core.getProjects()).map((one) => one.name),
    project: (await core.getProject("backup")).name,
    repository: (await api.getRepository("workspace", "backup")).defaultBranch,
    ...(await reads(api, first, second)),
    ...(await history(api, first, second)),
    ...(await writes(api, first, second)),
    refused: await refusal(() => push(api, [add("/e", "3")], first)),
    missing: await api.getItem("workspace", "/none", "backup"),
  };
  process.stdout.write(JSON.stringify(seen));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
