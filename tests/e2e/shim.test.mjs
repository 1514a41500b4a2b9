// `ui.js` in a world of its own: a Map, a window and nothing else. UI_JS names the script; run by test_shim.py.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const source = readFileSync(process.env.UI_JS, 'utf8');
const BASE = 'https://app.clearml.test/presign/';

/** A page that has loaded the script, and what it noticed. */
function page(src = `${BASE}ui.js`) {
  const noticed = { warnings: [], timers: [] };
  const listeners = {};
  const world = {
    URL,
    document: { currentScript: { src } },
    console: { warn: (text) => noticed.warnings.push(text) },
    addEventListener: (name, listener) => { listeners[name] = listener; },
    setTimeout: (callback, delay) => noticed.timers.push({ callback, delay }),
  };
  world.window = world;
  vm.createContext(world);
  vm.runInContext('var untouched = Map.prototype.set', world);
  vm.runInContext(source, world);
  return { world, noticed, load: () => listeners.load(), run: (code) => vm.runInContext(code, world) };
}

/** The services that Angular's injector would make: the class is the key. */
const SERVICES = `
  class Other { open() {} }
  class AdminService {
    constructor() { this.seen = []; }
    signUrlIfNeeded(url, config, previous) { this.seen.push([url, config, previous, this.constructor.name]); return 'answer'; }
  }
  var records = new Map();
  records.set('name', 1).set(Other, { value: new Other() });
  var admin = new AdminService();
  records.set(AdminService, { value: admin });
  var again = new Map([[AdminService, 2]]);
`;

function opened(url, config) {
  const { world, run } = page();
  run(SERVICES);
  world.url = url;
  world.config = config;
  assert.equal(run('admin.signUrlIfNeeded(url, config, 7)'), 'answer');
  const [[seen, seenConfig, previous, self]] = run('admin.seen');
  assert.equal(seenConfig, config);
  assert.deepEqual([previous, self], [7, 'AdminService']);
  return seen;
}

test('a storage URL becomes a URL of the gateway that ends in the file\'s name', () => {
  const url = 's3://bucket/My Project/run%3A1.0123/metrics/п/a b+c?d#e.png';
  const target = new URL(opened(url));
  assert.equal(target.origin + target.pathname, `${BASE}a%20b%2Bc%3Fd%23e.png`);
  assert.equal(target.searchParams.get('url'), url);
  assert.deepEqual([...target.searchParams.keys()], ['url']);
  for (const start of ['gs://b/', 'azure://account.blob.core.windows.net/c/']) {
    assert.equal(new URL(opened(`${start}k.txt`)).searchParams.get('url'), `${start}k.txt`);
  }
});

test('a plot\'s image asks for its bytes from the gateway', () => {
  assert.ok(opened('s3://b/k.png', { skipFileServer: false }).endsWith('&proxy=1'));
  assert.ok(!opened('s3://b/k.png', { skipFileServer: true }).includes('proxy'));
  assert.ok(!opened('s3://b/k.png', {}).includes('proxy'));
});

test('what is not for the gateway stays as it is', () => {
  for (const url of ['https://files.clearml.test/a.png', 'file:///a', '/a', 'S3', '', null, undefined, 5]) {
    assert.equal(opened(url), url);
  }
  assert.equal(opened('s3://b/\ud800.png'), 's3://b/\ud800.png');
});

test('no name leads out of the gateway\'s folder', () => {
  for (const key of ['', '..', '.hidden', 'a:b', 'javascript:x', '%2e%2e', '..%2f..', '\\x', 'x'.repeat(300) + '.png', '🦀'.repeat(200)]) {
    const target = new URL(opened(`s3://b/x/${key}`));
    assert.ok(target.href.startsWith(BASE), target.href);
    assert.equal(target.pathname.split('/').length, 3, target.href);
    assert.ok(target.pathname.length > '/presign/'.length && !target.pathname.slice(9).includes('%2'), target.href);
    assert.equal(target.searchParams.get('url'), `s3://b/x/${key}`);
  }
  assert.ok(new URL(opened(`s3://b/${'x'.repeat(300)}.png`)).pathname.endsWith('.png'));
});

test('the folder is the script\'s own, on whatever host that is', () => {
  const { world, run } = page('http://gw.clearml.test:8090/links/ui.js?v=3');
  run(SERVICES);
  run("admin.signUrlIfNeeded('s3://b/k.png')");
  assert.ok(run('admin.seen[0][0]').startsWith('http://gw.clearml.test:8090/links/k.png?url='));
  assert.equal(world.__presignGateway.hooked, true);
});

test('Map is as it was once the service is there', () => {
  const { run, noticed, load } = page();
  assert.equal(run('Map.prototype.set === untouched'), false);
  run(SERVICES);
  assert.equal(run('Map.prototype.set === untouched'), true);
  assert.deepEqual(run('[records.size, records.get("name"), records.get(AdminService).value === admin, again.size]').join(), '3,1,true,1');
  load();
  noticed.timers.forEach(({ callback }) => callback());
  assert.deepEqual(noticed.warnings, []);
});

test('a method that a base class has is hooked, too, and once only', () => {
  const { run } = page();
  run(`
    class Base { signUrlIfNeeded(url) { return url; } }
    class Admin extends Base {}
    var map = new Map(); map.set(Admin, 1).set(Admin, 2).set(Base, 3);
    var opened = new Admin().signUrlIfNeeded('s3://b/k');
    var base = new Base().signUrlIfNeeded('s3://b/k');
  `);
  assert.equal(run('opened'), `${BASE}k?url=${encodeURIComponent('s3://b/k')}`);
  assert.equal(run('base'), 's3://b/k');
});

test('a WebApp without the method works as ever, and one warning says so', () => {
  const { run, noticed, load } = page();
  run('var map = new Map(); map.set(class Other {}, 1); map.set(() => 1, 2); map.set(null, 3);');
  assert.equal(run('map.size'), 3);
  assert.equal(noticed.timers.length, 0, 'time passes before the page is there');
  load();
  const [{ callback, delay }] = noticed.timers;
  assert.equal(delay, 60000);
  callback();
  assert.equal(noticed.warnings.length, 1);
  assert.match(noticed.warnings[0], /signUrlIfNeeded/);
  assert.equal(run('Map.prototype.set === untouched'), true);
});

test('somebody else\'s change of Map is left alone', () => {
  const { run, noticed, load } = page();
  run('var theirs = Map.prototype.set; Map.prototype.set = function (k, v) { return theirs.call(this, k, v); }; var other = Map.prototype.set;');
  run(SERVICES);
  assert.equal(run('Map.prototype.set === other'), true);
  load();
  noticed.timers.forEach(({ callback }) => callback());
  assert.deepEqual(noticed.warnings, []);
});
