#!/usr/bin/gjs -m
// A WebKit browser that WebDriver can drive and that keeps what it stores: `webkit.js <folder>`.
//
// WebKitGTK's own MiniBrowser forgets everything when it is automated: it has no profile to start again from, and
// its IndexedDB is not the one on disk that every iPhone has, but one in memory.

import GLib from 'gi://GLib';
import Gtk from 'gi://Gtk?version=3.0';
import WebKit from 'gi://WebKit2?version=4.1';
import System from 'system';

const VERSION = [WebKit.get_major_version(), WebKit.get_minor_version(), WebKit.get_micro_version()];

const [folder] = System.programArgs;
if (folder === '--version') {
  print(`WebKitGTK ${VERSION.join('.')}`);
  System.exit(0);
}

Gtk.init(null);
const loop = new GLib.MainLoop(null, false);
const context = WebKit.WebContext.new_with_website_data_manager(
  new WebKit.WebsiteDataManager({ base_data_directory: `${folder}/data`, base_cache_directory: `${folder}/cache` }),
);
context.get_cookie_manager().set_persistent_storage(`${folder}/cookies`, WebKit.CookiePersistentStorage.SQLITE);
context.set_preferred_languages(['zh-CN']);
const settings = new WebKit.Settings({ enable_write_console_messages_to_stdout: true });

let windows = 0;
function open() {
  const view = new WebKit.WebView({ web_context: context, settings, is_controlled_by_automation: true });
  const window = new Gtk.Window({ default_width: 390, default_height: 844 });
  window.add(view);
  window.connect('destroy', () => {
    windows -= 1;
    if (windows === 0) loop.quit();
  });
  view.connect('close', () => window.destroy());
  windows += 1;
  window.show_all();
  return view;
}

context.connect('automation-started', (_, session) => {
  const info = new WebKit.ApplicationInfo();
  info.set_name('WebKitGTK');
  info.set_version(...VERSION);
  session.set_application_info(info);
  session.connect('create-web-view', open);
});
context.set_automation_allowed(true);
loop.run();
